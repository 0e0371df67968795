package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// folderFormat numbers what is in a data folder: the tables' keys and indexes,
// and the databases next to them. Raise it with every change that a folder made
// before does not survive.
const folderFormat = "3"

const (
	formatFile = "format"
	lockFile   = "lock"
	binFolder  = "bin"
	tempFolder = "tmp"
)

// folders are of a stack, too: the functions' binaries, and what is /tmp on Lambda.
var folders = []string{binFolder, tempFolder}

// files are what a stack keeps in its data folder, besides folders.
var files = []string{
	formatFile, formatFile + ".new", lockFile, runningFile, runningFile + ".new",
	"dynamo.db", "dynamo.db-wal", "dynamo.db-shm", "dynamo.db-journal", "stack.db", "stripe.db",
}

// checkFormat refuses a folder that is neither empty nor a data folder of this
// format. It changes nothing.
func checkFormat(root *os.Root, dir string) error {
	if err := checkFiles(root, dir); err != nil {
		return err
	}
	found, err := readOwn(root, formatFile)
	if err == nil {
		if got := strings.TrimSpace(string(found)); got != folderFormat {
			return fmt.Errorf("the data folder %s has format %.20q and this release needs %q; delete the folder, or set DATA_DIR to another one",
				dir, got, folderFormat)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read the format of the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	return checkNew(root, dir)
}

// checkFiles refuses a folder in which a name of ours is not a file of the user: a
// symbolic link would lead writes elsewhere.
func checkFiles(root *os.Root, dir string) error {
	for _, name := range slices.Concat(files, folders) {
		info, err := root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot read the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
		}
		switch plain := info.Mode().IsRegular() || (slices.Contains(folders, name) && info.IsDir()); {
		case !plain:
			return fmt.Errorf("%s in the data folder %s is a link or another special file; delete it, or set DATA_DIR to another folder", name, dir)
		case !ownedByUser(info):
			return fmt.Errorf("%s in the data folder %s belongs to another user; set DATA_DIR to a folder of yours", name, dir)
		}
	}
	return nil
}

// checkNew refuses a folder that holds anything but what an interrupted start
// leaves.
func checkNew(root *os.Root, dir string) error {
	entries, err := fs.ReadDir(root.FS(), ".")
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
func writeFormat(root *os.Root, dir string) error {
	if _, err := root.Lstat(formatFile); err == nil {
		return nil
	}
	if err := replace(root, formatFile, []byte(folderFormat+"\n")); err != nil {
		return fmt.Errorf("cannot write into the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	return nil
}

// replace writes a file at once, so that nobody reads half of it.
func replace(root *os.Root, name string, data []byte) error {
	if err := root.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return root.Rename(name+".new", name)
}
