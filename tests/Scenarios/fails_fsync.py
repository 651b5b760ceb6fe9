"""A folder that is another folder, except that fsync of chosen files fails: FUSE, by Debian's python3-fusepy.

fails_fsync.py REAL MOUNT SWITCH: while the file SWITCH exists, fsync of a name that ends with one of its lines answers EIO.
"""

import errno
import os
import sys

from fusepy import FUSE, FuseOSError, Operations


class FailsFsync(Operations):
    use_ns = True

    def __init__(self, real, switch):
        self.real, self.switch = real, switch

    def at(self, path):
        return self.real + path

    def may_sync(self, path):
        try:
            with open(self.switch, encoding="utf-8") as lines:
                if any(path.endswith(end.strip()) for end in lines if end.strip()):
                    raise FuseOSError(errno.EIO)
        except FileNotFoundError:
            pass

    def getattr(self, path, fh=None):
        st = os.fstat(fh) if fh else os.lstat(self.at(path))
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino", "st_dev")
        found = {name: getattr(st, name) for name in names}
        return found | {"st_atime": st.st_atime_ns, "st_mtime": st.st_mtime_ns, "st_ctime": st.st_ctime_ns}

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(self.at(path))]

    def statfs(self, path):
        st = os.statvfs(self.at(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag", "f_frsize", "f_namemax")
        return {name: getattr(st, name) for name in names}

    def access(self, path, mode):
        if not os.access(self.at(path), mode):
            raise FuseOSError(errno.EACCES)

    def open(self, path, flags):
        return os.open(self.at(path), flags)

    def create(self, path, mode, fi=None):
        return os.open(self.at(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(self.at(path), length)

    def fsync(self, path, datasync, fh):
        self.may_sync(path)
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        self.may_sync(path)

    def release(self, path, fh):
        os.close(fh)

    def mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)

    def rmdir(self, path):
        os.rmdir(self.at(path))

    def unlink(self, path):
        os.unlink(self.at(path))

    def rename(self, old, new):
        os.rename(self.at(old), self.at(new))

    def chmod(self, path, mode):
        os.chmod(self.at(path), mode)

    def utimens(self, path, times=None, ns=None):
        os.utime(self.at(path), ns=ns or times)


if __name__ == "__main__":
    real, mount, switch = sys.argv[1:]
    FUSE(FailsFsync(real, switch), mount, foreground=True, nothreads=True)
