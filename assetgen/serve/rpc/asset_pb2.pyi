import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssetKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASSET_KIND_UNSPECIFIED: _ClassVar[AssetKind]
    ASSET_KIND_TEXTURE: _ClassVar[AssetKind]
    ASSET_KIND_MATERIAL: _ClassVar[AssetKind]
    ASSET_KIND_SPRITE_SHEET: _ClassVar[AssetKind]
    ASSET_KIND_ATLAS: _ClassVar[AssetKind]
    ASSET_KIND_AUDIO: _ClassVar[AssetKind]
    ASSET_KIND_MESH: _ClassVar[AssetKind]

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_SUCCEEDED: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]
    JOB_STATE_EXPIRED: _ClassVar[JobState]

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_BAKE: _ClassVar[Priority]
    PRIORITY_WATCH: _ClassVar[Priority]
    PRIORITY_INTERACTIVE: _ClassVar[Priority]

class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOG_LEVEL_UNSPECIFIED: _ClassVar[LogLevel]
    LOG_LEVEL_INFO: _ClassVar[LogLevel]
    LOG_LEVEL_WARNING: _ClassVar[LogLevel]
ASSET_KIND_UNSPECIFIED: AssetKind
ASSET_KIND_TEXTURE: AssetKind
ASSET_KIND_MATERIAL: AssetKind
ASSET_KIND_SPRITE_SHEET: AssetKind
ASSET_KIND_ATLAS: AssetKind
ASSET_KIND_AUDIO: AssetKind
ASSET_KIND_MESH: AssetKind
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_SUCCEEDED: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
JOB_STATE_EXPIRED: JobState
PRIORITY_UNSPECIFIED: Priority
PRIORITY_BAKE: Priority
PRIORITY_WATCH: Priority
PRIORITY_INTERACTIVE: Priority
LOG_LEVEL_UNSPECIFIED: LogLevel
LOG_LEVEL_INFO: LogLevel
LOG_LEVEL_WARNING: LogLevel

class AssetSpec(_message.Message):
    __slots__ = ("kind", "asset", "prompt", "negative", "seed", "backend", "style", "variants", "texture", "material", "sprite_sheet", "atlas", "audio", "mesh", "settings_json")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    STYLE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    TEXTURE_FIELD_NUMBER: _ClassVar[int]
    MATERIAL_FIELD_NUMBER: _ClassVar[int]
    SPRITE_SHEET_FIELD_NUMBER: _ClassVar[int]
    ATLAS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    MESH_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    kind: AssetKind
    asset: str
    prompt: str
    negative: str
    seed: int
    backend: str
    style: str
    variants: int
    texture: TextureOptions
    material: MaterialOptions
    sprite_sheet: SpriteSheetOptions
    atlas: AtlasOptions
    audio: AudioOptions
    mesh: MeshOptions
    settings_json: str
    def __init__(self, kind: _Optional[_Union[AssetKind, str]] = ..., asset: _Optional[str] = ..., prompt: _Optional[str] = ..., negative: _Optional[str] = ..., seed: _Optional[int] = ..., backend: _Optional[str] = ..., style: _Optional[str] = ..., variants: _Optional[int] = ..., texture: _Optional[_Union[TextureOptions, _Mapping]] = ..., material: _Optional[_Union[MaterialOptions, _Mapping]] = ..., sprite_sheet: _Optional[_Union[SpriteSheetOptions, _Mapping]] = ..., atlas: _Optional[_Union[AtlasOptions, _Mapping]] = ..., audio: _Optional[_Union[AudioOptions, _Mapping]] = ..., mesh: _Optional[_Union[MeshOptions, _Mapping]] = ..., settings_json: _Optional[str] = ...) -> None: ...

class TextureOptions(_message.Message):
    __slots__ = ("size", "tile", "role")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TILE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    size: _containers.RepeatedScalarFieldContainer[int]
    tile: str
    role: str
    def __init__(self, size: _Optional[_Iterable[int]] = ..., tile: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class MaterialOptions(_message.Message):
    __slots__ = ("size", "tile", "surface")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TILE_FIELD_NUMBER: _ClassVar[int]
    SURFACE_FIELD_NUMBER: _ClassVar[int]
    size: _containers.RepeatedScalarFieldContainer[int]
    tile: str
    surface: SurfaceOptions
    def __init__(self, size: _Optional[_Iterable[int]] = ..., tile: _Optional[str] = ..., surface: _Optional[_Union[SurfaceOptions, _Mapping]] = ...) -> None: ...

class SurfaceOptions(_message.Message):
    __slots__ = ("meters", "roughness", "metallic")
    METERS_FIELD_NUMBER: _ClassVar[int]
    ROUGHNESS_FIELD_NUMBER: _ClassVar[int]
    METALLIC_FIELD_NUMBER: _ClassVar[int]
    meters: float
    roughness: _containers.RepeatedScalarFieldContainer[float]
    metallic: float
    def __init__(self, meters: _Optional[float] = ..., roughness: _Optional[_Iterable[float]] = ..., metallic: _Optional[float] = ...) -> None: ...

class SpriteSheetOptions(_message.Message):
    __slots__ = ("frame", "clip")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    CLIP_FIELD_NUMBER: _ClassVar[int]
    frame: _containers.RepeatedScalarFieldContainer[int]
    clip: _containers.RepeatedCompositeFieldContainer[ClipOptions]
    def __init__(self, frame: _Optional[_Iterable[int]] = ..., clip: _Optional[_Iterable[_Union[ClipOptions, _Mapping]]] = ...) -> None: ...

class ClipOptions(_message.Message):
    __slots__ = ("name", "frames", "fps", "loop", "prompt")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    name: str
    frames: int
    fps: float
    loop: bool
    prompt: str
    def __init__(self, name: _Optional[str] = ..., frames: _Optional[int] = ..., fps: _Optional[float] = ..., loop: _Optional[bool] = ..., prompt: _Optional[str] = ...) -> None: ...

class AtlasOptions(_message.Message):
    __slots__ = ("uses",)
    USES_FIELD_NUMBER: _ClassVar[int]
    uses: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, uses: _Optional[_Iterable[str]] = ...) -> None: ...

class AudioOptions(_message.Message):
    __slots__ = ("seconds", "mode", "bpm")
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    BPM_FIELD_NUMBER: _ClassVar[int]
    seconds: float
    mode: str
    bpm: float
    def __init__(self, seconds: _Optional[float] = ..., mode: _Optional[str] = ..., bpm: _Optional[float] = ...) -> None: ...

class MeshOptions(_message.Message):
    __slots__ = ("budget", "meters")
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    METERS_FIELD_NUMBER: _ClassVar[int]
    budget: int
    meters: float
    def __init__(self, budget: _Optional[int] = ..., meters: _Optional[float] = ...) -> None: ...

class Project(_message.Message):
    __slots__ = ("name", "root", "display_name", "output", "watch")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIELD_NUMBER: _ClassVar[int]
    name: str
    root: str
    display_name: str
    output: str
    watch: bool
    def __init__(self, name: _Optional[str] = ..., root: _Optional[str] = ..., display_name: _Optional[str] = ..., output: _Optional[str] = ..., watch: _Optional[bool] = ...) -> None: ...

class AssetFile(_message.Message):
    __slots__ = ("role", "local_path", "relative_path", "media_type", "format", "size_bytes", "sha256", "width", "height", "mips", "color_space")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LOCAL_PATH_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_PATH_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    MIPS_FIELD_NUMBER: _ClassVar[int]
    COLOR_SPACE_FIELD_NUMBER: _ClassVar[int]
    role: str
    local_path: str
    relative_path: str
    media_type: str
    format: str
    size_bytes: int
    sha256: str
    width: int
    height: int
    mips: int
    color_space: str
    def __init__(self, role: _Optional[str] = ..., local_path: _Optional[str] = ..., relative_path: _Optional[str] = ..., media_type: _Optional[str] = ..., format: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., mips: _Optional[int] = ..., color_space: _Optional[str] = ...) -> None: ...

class AssetSet(_message.Message):
    __slots__ = ("target", "folder", "etag", "files", "manifest_json")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_JSON_FIELD_NUMBER: _ClassVar[int]
    target: str
    folder: str
    etag: str
    files: _containers.RepeatedCompositeFieldContainer[AssetFile]
    manifest_json: str
    def __init__(self, target: _Optional[str] = ..., folder: _Optional[str] = ..., etag: _Optional[str] = ..., files: _Optional[_Iterable[_Union[AssetFile, _Mapping]]] = ..., manifest_json: _Optional[str] = ...) -> None: ...

class Asset(_message.Message):
    __slots__ = ("name", "asset", "kind", "sets")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    name: str
    asset: str
    kind: AssetKind
    sets: _containers.RepeatedCompositeFieldContainer[AssetSet]
    def __init__(self, name: _Optional[str] = ..., asset: _Optional[str] = ..., kind: _Optional[_Union[AssetKind, str]] = ..., sets: _Optional[_Iterable[_Union[AssetSet, _Mapping]]] = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ("path", "line", "column")
    PATH_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    path: str
    line: int
    column: int
    def __init__(self, path: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("code", "reason", "message", "place", "retry_after")
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
    code: int
    reason: str
    message: str
    place: Place
    retry_after: _duration_pb2.Duration
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., retry_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class JobOrder(_message.Message):
    __slots__ = ("project", "spec", "prompt_file", "targets", "request_id", "priority", "timeout", "force", "overwrite", "retry", "without_previews", "client")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FILE_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    OVERWRITE_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_PREVIEWS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    project: str
    spec: AssetSpec
    prompt_file: str
    targets: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    priority: Priority
    timeout: _duration_pb2.Duration
    force: bool
    overwrite: bool
    retry: bool
    without_previews: bool
    client: str
    def __init__(self, project: _Optional[str] = ..., spec: _Optional[_Union[AssetSpec, _Mapping]] = ..., prompt_file: _Optional[str] = ..., targets: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ..., priority: _Optional[_Union[Priority, str]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., force: _Optional[bool] = ..., overwrite: _Optional[bool] = ..., retry: _Optional[bool] = ..., without_previews: _Optional[bool] = ..., client: _Optional[str] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("name", "state", "project", "title", "prompt_file", "priority", "client", "fraction", "error", "assets", "create_time", "start_time", "end_time", "interruptions")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FILE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: JobState
    project: str
    title: str
    prompt_file: str
    priority: Priority
    client: str
    fraction: float
    error: JobError
    assets: _containers.RepeatedCompositeFieldContainer[Asset]
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    interruptions: int
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ..., project: _Optional[str] = ..., title: _Optional[str] = ..., prompt_file: _Optional[str] = ..., priority: _Optional[_Union[Priority, str]] = ..., client: _Optional[str] = ..., fraction: _Optional[float] = ..., error: _Optional[_Union[JobError, _Mapping]] = ..., assets: _Optional[_Iterable[_Union[Asset, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interruptions: _Optional[int] = ...) -> None: ...

class JobEvent(_message.Message):
    __slots__ = ("sequence", "job", "state", "progress", "preview", "artifact", "log", "finished")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    job: str
    state: Job
    progress: Progress
    preview: Preview
    artifact: Asset
    log: LogLine
    finished: Job
    def __init__(self, sequence: _Optional[int] = ..., job: _Optional[str] = ..., state: _Optional[_Union[Job, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., preview: _Optional[_Union[Preview, _Mapping]] = ..., artifact: _Optional[_Union[Asset, _Mapping]] = ..., log: _Optional[_Union[LogLine, _Mapping]] = ..., finished: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "step", "total_steps", "fraction", "remaining")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TOTAL_STEPS_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    stage: str
    step: int
    total_steps: int
    fraction: float
    remaining: _duration_pb2.Duration
    def __init__(self, stage: _Optional[str] = ..., step: _Optional[int] = ..., total_steps: _Optional[int] = ..., fraction: _Optional[float] = ..., remaining: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Preview(_message.Message):
    __slots__ = ("asset", "media_type", "data", "width", "height", "coarse", "sound")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    COARSE_FIELD_NUMBER: _ClassVar[int]
    SOUND_FIELD_NUMBER: _ClassVar[int]
    asset: str
    media_type: str
    data: bytes
    width: int
    height: int
    coarse: bool
    sound: bytes
    def __init__(self, asset: _Optional[str] = ..., media_type: _Optional[str] = ..., data: _Optional[bytes] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., coarse: _Optional[bool] = ..., sound: _Optional[bytes] = ...) -> None: ...

class LogLine(_message.Message):
    __slots__ = ("level", "text")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    level: LogLevel
    text: str
    def __init__(self, level: _Optional[_Union[LogLevel, str]] = ..., text: _Optional[str] = ...) -> None: ...

class KindCapability(_message.Message):
    __slots__ = ("kind", "name", "backends", "schema_json")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    kind: AssetKind
    name: str
    backends: _containers.RepeatedScalarFieldContainer[str]
    schema_json: str
    def __init__(self, kind: _Optional[_Union[AssetKind, str]] = ..., name: _Optional[str] = ..., backends: _Optional[_Iterable[str]] = ..., schema_json: _Optional[str] = ...) -> None: ...

class WorkerStatus(_message.Message):
    __slots__ = ("name", "device", "state", "pid", "restarts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    device: str
    state: str
    pid: int
    restarts: int
    def __init__(self, name: _Optional[str] = ..., device: _Optional[str] = ..., state: _Optional[str] = ..., pid: _Optional[int] = ..., restarts: _Optional[int] = ...) -> None: ...

class GetCapabilitiesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCapabilitiesResponse(_message.Message):
    __slots__ = ("version", "instance_id", "pid", "kinds", "targets", "styles", "workers", "queued_jobs", "queue_limit", "prompt_limit")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    STYLES_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_JOBS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    PROMPT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    version: str
    instance_id: str
    pid: int
    kinds: _containers.RepeatedCompositeFieldContainer[KindCapability]
    targets: _containers.RepeatedScalarFieldContainer[str]
    styles: _containers.RepeatedScalarFieldContainer[str]
    workers: _containers.RepeatedCompositeFieldContainer[WorkerStatus]
    queued_jobs: int
    queue_limit: int
    prompt_limit: int
    def __init__(self, version: _Optional[str] = ..., instance_id: _Optional[str] = ..., pid: _Optional[int] = ..., kinds: _Optional[_Iterable[_Union[KindCapability, _Mapping]]] = ..., targets: _Optional[_Iterable[str]] = ..., styles: _Optional[_Iterable[str]] = ..., workers: _Optional[_Iterable[_Union[WorkerStatus, _Mapping]]] = ..., queued_jobs: _Optional[int] = ..., queue_limit: _Optional[int] = ..., prompt_limit: _Optional[int] = ...) -> None: ...

class RegisterProjectRequest(_message.Message):
    __slots__ = ("root", "watch")
    ROOT_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIELD_NUMBER: _ClassVar[int]
    root: str
    watch: bool
    def __init__(self, root: _Optional[str] = ..., watch: _Optional[bool] = ...) -> None: ...

class RegisterProjectResponse(_message.Message):
    __slots__ = ("project",)
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    project: Project
    def __init__(self, project: _Optional[_Union[Project, _Mapping]] = ...) -> None: ...

class ListProjectsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProjectsResponse(_message.Message):
    __slots__ = ("projects",)
    PROJECTS_FIELD_NUMBER: _ClassVar[int]
    projects: _containers.RepeatedCompositeFieldContainer[Project]
    def __init__(self, projects: _Optional[_Iterable[_Union[Project, _Mapping]]] = ...) -> None: ...

class UnregisterProjectRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class UnregisterProjectResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateJobRequest(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: JobOrder
    def __init__(self, order: _Optional[_Union[JobOrder, _Mapping]] = ...) -> None: ...

class CreateJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("order", "detach")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    DETACH_FIELD_NUMBER: _ClassVar[int]
    order: JobOrder
    detach: bool
    def __init__(self, order: _Optional[_Union[JobOrder, _Mapping]] = ..., detach: _Optional[bool] = ...) -> None: ...

class GenerateResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: JobEvent
    def __init__(self, event: _Optional[_Union[JobEvent, _Mapping]] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("name", "after_sequence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    after_sequence: int
    def __init__(self, name: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: JobEvent
    def __init__(self, event: _Optional[_Union[JobEvent, _Mapping]] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("project", "only_active", "page_size", "page_token")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ONLY_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project: str
    only_active: bool
    page_size: int
    page_token: str
    def __init__(self, project: _Optional[str] = ..., only_active: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class GetAssetRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAssetResponse(_message.Message):
    __slots__ = ("asset",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    asset: Asset
    def __init__(self, asset: _Optional[_Union[Asset, _Mapping]] = ...) -> None: ...

class ListAssetsRequest(_message.Message):
    __slots__ = ("project", "page_size", "page_token")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project: str
    page_size: int
    page_token: str
    def __init__(self, project: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAssetsResponse(_message.Message):
    __slots__ = ("assets", "next_page_token")
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assets: _containers.RepeatedCompositeFieldContainer[Asset]
    next_page_token: str
    def __init__(self, assets: _Optional[_Iterable[_Union[Asset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DownloadFileRequest(_message.Message):
    __slots__ = ("asset", "target", "relative_path", "offset", "if_sha256")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_PATH_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    IF_SHA256_FIELD_NUMBER: _ClassVar[int]
    asset: str
    target: str
    relative_path: str
    offset: int
    if_sha256: str
    def __init__(self, asset: _Optional[str] = ..., target: _Optional[str] = ..., relative_path: _Optional[str] = ..., offset: _Optional[int] = ..., if_sha256: _Optional[str] = ...) -> None: ...

class DownloadFileResponse(_message.Message):
    __slots__ = ("offset", "data", "size_bytes", "sha256")
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    offset: int
    data: bytes
    size_bytes: int
    sha256: str
    def __init__(self, offset: _Optional[int] = ..., data: _Optional[bytes] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...

class WatchAssetsRequest(_message.Message):
    __slots__ = ("project", "resume_token")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project: str
    resume_token: str
    def __init__(self, project: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchAssetsResponse(_message.Message):
    __slots__ = ("resume_token", "updated", "orphaned", "failed", "recovered", "started", "heartbeat", "caught_up")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    ORPHANED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    updated: Asset
    orphaned: str
    failed: PromptFailure
    recovered: str
    started: Job
    heartbeat: Heartbeat
    caught_up: Heartbeat
    def __init__(self, resume_token: _Optional[str] = ..., updated: _Optional[_Union[Asset, _Mapping]] = ..., orphaned: _Optional[str] = ..., failed: _Optional[_Union[PromptFailure, _Mapping]] = ..., recovered: _Optional[str] = ..., started: _Optional[_Union[Job, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., caught_up: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class PromptFailure(_message.Message):
    __slots__ = ("prompt_file", "errors")
    PROMPT_FILE_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    prompt_file: str
    errors: _containers.RepeatedCompositeFieldContainer[JobError]
    def __init__(self, prompt_file: _Optional[str] = ..., errors: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BakeProjectRequest(_message.Message):
    __slots__ = ("project", "include", "targets", "check_only", "force", "overwrite", "client")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    CHECK_ONLY_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    OVERWRITE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    project: str
    include: _containers.RepeatedScalarFieldContainer[str]
    targets: _containers.RepeatedScalarFieldContainer[str]
    check_only: bool
    force: bool
    overwrite: bool
    client: str
    def __init__(self, project: _Optional[str] = ..., include: _Optional[_Iterable[str]] = ..., targets: _Optional[_Iterable[str]] = ..., check_only: _Optional[bool] = ..., force: _Optional[bool] = ..., overwrite: _Optional[bool] = ..., client: _Optional[str] = ...) -> None: ...

class BakeProjectResponse(_message.Message):
    __slots__ = ("plan", "job_event", "summary", "heartbeat")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    JOB_EVENT_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    plan: BakePlan
    job_event: JobEvent
    summary: BakeSummary
    heartbeat: Heartbeat
    def __init__(self, plan: _Optional[_Union[BakePlan, _Mapping]] = ..., job_event: _Optional[_Union[JobEvent, _Mapping]] = ..., summary: _Optional[_Union[BakeSummary, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class BakePlan(_message.Message):
    __slots__ = ("due", "up_to_date", "failures")
    DUE_FIELD_NUMBER: _ClassVar[int]
    UP_TO_DATE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    due: _containers.RepeatedCompositeFieldContainer[DueAsset]
    up_to_date: int
    failures: _containers.RepeatedCompositeFieldContainer[PromptFailure]
    def __init__(self, due: _Optional[_Iterable[_Union[DueAsset, _Mapping]]] = ..., up_to_date: _Optional[int] = ..., failures: _Optional[_Iterable[_Union[PromptFailure, _Mapping]]] = ...) -> None: ...

class DueAsset(_message.Message):
    __slots__ = ("asset", "prompt_file", "reason")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FILE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    asset: str
    prompt_file: str
    reason: str
    def __init__(self, asset: _Optional[str] = ..., prompt_file: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class BakeSummary(_message.Message):
    __slots__ = ("succeeded", "failed", "cancelled", "up_to_date", "ok")
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    UP_TO_DATE_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    succeeded: int
    failed: int
    cancelled: int
    up_to_date: int
    ok: bool
    def __init__(self, succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., up_to_date: _Optional[int] = ..., ok: _Optional[bool] = ...) -> None: ...

class ValidatePromptRequest(_message.Message):
    __slots__ = ("text", "prompt_file", "project")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FILE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    text: str
    prompt_file: str
    project: str
    def __init__(self, text: _Optional[str] = ..., prompt_file: _Optional[str] = ..., project: _Optional[str] = ...) -> None: ...

class ValidatePromptResponse(_message.Message):
    __slots__ = ("problems", "report_json")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    REPORT_JSON_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[JobError]
    report_json: str
    def __init__(self, problems: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ..., report_json: _Optional[str] = ...) -> None: ...

class ShutdownRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ShutdownResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
