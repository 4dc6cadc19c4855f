"""Pack the built functions: `python lambda/archive.py` writes build/lambda/<system>/<function>.zip of each folder.

The same files give the same bytes on every machine, so that a template can state the hash of the code that runs:
names are sorted, time and mode are fixed, and nothing is compressed, because builds of zlib differ.
"""

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

TARGET = Path(__file__).resolve().parent.parent / "build" / "lambda"
# The earliest time that the format can hold.
TIME = (1980, 1, 1, 0, 0, 0)
# A regular file that everybody may read: Lambda runs a function as a user of its own.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html
MODE = 0o100644
UNIX = 3


def pack(folder: Path) -> Path:
    """Write all files of a folder into an archive beside it; return the archive."""
    archive = folder.with_name(f"{folder.name}.zip")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    with ZipFile(archive, "w", ZIP_STORED) as packed:
        for name in sorted(files):
            entry = ZipInfo(name, TIME)
            entry.create_system, entry.external_attr = UNIX, MODE << 16
            packed.writestr(entry, files[name].read_bytes())
    return archive


if __name__ == "__main__":
    for found in sorted(path for path in TARGET.glob("*/*") if path.is_dir()):
        print(f"{pack(found).relative_to(TARGET.parent.parent)}")
