# Plays the sound named last for as many milliseconds as are named before it, from as many seconds as are named before
# them, and writes what was heard to heard.wav.
extends SceneTree

var tape = AudioEffectRecord.new()
var words = OS.get_cmdline_args()
var begun = 0
var is_done = false

func _init():
	AudioServer.add_bus_effect(0, tape)

func _initialize():
	var player = AudioStreamPlayer.new()
	player.stream = load("res://" + words[-1])
	get_root().add_child(player)
	tape.set_recording_active(true)
	player.play(float(words[-3]))
	begun = OS.get_ticks_msec()

func _idle(_delta):
	if is_done or OS.get_ticks_msec() - begun < int(words[-2]):
		return is_done
	tape.set_recording_active(false)
	tape.get_recording().save_to_wav("res://heard.wav")
	is_done = true
	quit()
	return true
