package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// openFolder makes the data folder, readable by its owner only, and locks it for
// this process until the file is closed. A folder that holds anything but data of
// this format is refused and left as it is.
func openFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	if err := checkFormat(dir); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs x
		return nil, fmt.Errorf("cannot close the data folder %s to others; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's own folder
	if err != nil {
		return nil, fmt.Errorf("cannot write into the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	if tryLock(f) {
		if err := writeFormat(dir); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	who := "another local stack"
	if r, err := Find(dir); err == nil {
		who = fmt.Sprintf("the local stack at %s (process %d)", r.API, r.PID)
	}
	return nil, errors.Join(fmt.Errorf("%s runs on the data folder %s; stop it, or set DATA_DIR to another folder", who, dir), f.Close())
}
