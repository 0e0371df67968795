package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folderFormat numbers what is in a data folder: the tables' keys and indexes,
// and the databases next to them. Raise it with every change that a folder made
// before does not survive.
const folderFormat = "3"

const (
	formatFile = "format"
	lockFile   = "lock"
)

// checkFormat refuses a folder that is neither empty nor a data folder of this
// format. It changes nothing.
func checkFormat(dir string) error {
	found, err := os.ReadFile(filepath.Join(dir, formatFile)) //nolint:gosec // the caller's own folder
	if err == nil {
		if got := strings.TrimSpace(string(found)); got != folderFormat {
			return fmt.Errorf("the data folder %s has format %q and this release needs %q; delete the folder, or set DATA_DIR to another one",
				dir, got, folderFormat)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read the format of the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	return checkNew(dir)
}

// checkNew refuses a folder that holds anything but what an interrupted start
// leaves.
func checkNew(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("cannot read the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	foreign := false
	for _, e := range entries {
		switch e.Name() {
		case "dynamo.db", "stack.db":
			return fmt.Errorf("the data folder %s was made by an earlier release; delete the folder, or set DATA_DIR to another one", dir)
		case lockFile, formatFile + ".new":
		default:
			foreign = true
		}
	}
	if foreign {
		return fmt.Errorf("%s is not empty and is not a data folder; set DATA_DIR to an empty folder", dir)
	}
	return nil
}

// writeFormat marks a new folder. The caller holds its lock.
func writeFormat(dir string) error {
	path := filepath.Join(dir, formatFile)
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	if err := os.WriteFile(path+".new", []byte(folderFormat+"\n"), 0o600); err != nil {
		return fmt.Errorf("cannot write into the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("cannot write into the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	return nil
}
