"""Packs files into a .tar.gz, or a .zip by any other name: pack.py ROOT ARCHIVE NAME...

The names are those of files and folders below ROOT. The same files make the same bytes.
"""

import gzip
import io
import os
import pathlib
import stat
import sys
import tarfile
import zipfile

# The first moment that zip knows: 1980-01-01.
MOMENT = 315532800

root, archive = map(pathlib.Path, sys.argv[1:3])
places = [root / name for name in sys.argv[3:]]
found = [path for place in places for path in ([place] if place.is_file() else place.rglob("*"))]
names = sorted(path for path in found if path.is_symlink() or not path.is_dir())


def mode(path: pathlib.Path) -> int:
    """0755 for what runs, 0644 for the rest, whatever the umask was."""
    return 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644


if archive.suffix != ".gz":
    with zipfile.ZipFile(archive, "w") as made:
        for path in names:
            entry = zipfile.ZipInfo(str(path.relative_to(root)), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | mode(path)) << 16
            made.writestr(entry, path.read_bytes(), compresslevel=9)
else:
    with open(archive, "wb") as file, gzip.GzipFile("", "wb", 9, file, MOMENT) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as made:
            for path in names:
                entry = tarfile.TarInfo(str(path.relative_to(root)))
                entry.mtime = MOMENT
                if path.is_symlink():
                    entry.type = tarfile.SYMTYPE
                    entry.linkname = os.readlink(path)
                    made.addfile(entry)
                else:
                    entry.mode = mode(path)
                    content = path.read_bytes()
                    entry.size = len(content)
                    made.addfile(entry, io.BytesIO(content))
