# Loads each sound named behind "--" and prints what the engine made of it, a line of JSON each.
extends SceneTree

func _init():
	for path in paths():
		var sound = load("res://" + path)
		var seen = {"path": path, "class": "", "microseconds": 0}
		if sound != null:
			seen["class"] = sound.get_class()
			seen["microseconds"] = int(round(sound.get_length() * 1000000))
			for name in ["loop", "loop_offset", "loop_mode", "loop_begin", "loop_end", "mix_rate", "stereo"]:
				if sound.get(name) != null:
					seen[name] = sound.get(name)
		print(to_json(seen))
	quit()

func paths():
	var words = Array(OS.get_cmdline_args())
	return words.slice(words.find("--") + 1, words.size() - 1)
