package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder makes a folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewDataFolderIsMarkedAndReopened(t *testing.T) {
	for name, dir := range map[string]string{
		"absent":      filepath.Join(t.TempDir(), "a", "b"),
		"empty":       folder(t, nil),
		"interrupted": folder(t, map[string]string{"lock": "", "format.new": ""}),
	} {
		for range 2 {
			f, err := openFolder(dir)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(filepath.Join(dir, "format"))
		if err != nil || string(got) != folderFormat+"\n" {
			t.Errorf("%s: format is %q, error %v", name, got, err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode is %v, error %v", name, info.Mode(), err)
		}
	}
}

func TestFolderOfAnotherFormatIsRefusedAndUnchanged(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"older":   {map[string]string{"format": "1\n", "stack.db": "x"}, "delete the folder"},
		"newer":   {map[string]string{"format": "99"}, "delete the folder"},
		"no mark": {map[string]string{"lock": "", "dynamo.db": "x", "stack.db": "x"}, "delete the folder"},
		"foreign": {map[string]string{"thesis.txt": "x"}, "set DATA_DIR to an empty folder"},
	} {
		dir := folder(t, tc.files)
		_, err := openFolder(dir)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error is %v", name, err)
			continue
		}
		if name == "foreign" && strings.Contains(err.Error(), "delete") {
			t.Errorf("the advice for a foreign folder is to delete it: %v", err)
		}
		entries, rerr := os.ReadDir(dir)
		info, serr := os.Stat(dir)
		if rerr != nil || serr != nil || len(entries) != len(tc.files) || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: the folder changed: %v, %v, mode %v", name, entries, rerr, info.Mode())
		}
	}
}
