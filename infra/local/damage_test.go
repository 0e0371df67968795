package local_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/engine"
)

// damages are what disks, full ones too, and people do to a file.
var damages = map[string]func(data []byte) []byte{
	"emptied":               func([]byte) []byte { return nil },
	"cut in half":           func(data []byte) []byte { return data[:len(data)/2] },
	"garbage at the head":   func(data []byte) []byte { return garbage(data, 0, 200) },
	"garbage in the middle": func(data []byte) []byte { return garbage(data, len(data)/3, len(data)/3) },
}

func garbage(data []byte, at, n int) []byte {
	data = bytes.Clone(data)
	_, _ = rand.Read(data[at:min(len(data), at+n)])
	return data
}

func TestRow69DamagedDataFolderIsOneSentence(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	cmd, run := child(t, dir)
	if got := post(t.Context(), run.API, payment("kept")); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	waitDone(t, tables(run), "evt_kept")
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	e := &engine.Engine{Package: "engine", DataDir: dir}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := e.Client().Call(t.Context(), "ListTables", map[string]any{}, nil)
	if err = errors.Join(err, e.Close()); err != nil { // its log goes into dynamo.db
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	started, refused := 0, 0
	for _, e := range entries {
		for name, damage := range damages {
			if e.IsDir() || (len(name) > 11 && (e.Name() == "lock" || e.Name() == "stack.json")) {
				continue // written anew: one is enough
			}
			damaged := filepath.Join(t.TempDir(), "data")
			copyDamaged(t, dir, damaged, e.Name(), damage)
			if said := startDamaged(t, damaged); said == "" {
				started++
			} else {
				refused++
				t.Logf("%s %s: %s", e.Name(), name, said)
				sentence(t, e.Name()+" "+name, damaged, said)
			}
			if _, err := os.Stat(filepath.Join(damaged, e.Name())); err != nil && e.Name() != "stack.json" {
				t.Errorf("%s %s: the file is gone: %v", e.Name(), name, err)
			}
		}
	}
	if started == 0 || refused < 7 {
		t.Errorf("%d folders were used and %d refused", started, refused)
	}
}

func copyDamaged(t *testing.T, from, to, name string, damage func([]byte) []byte) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(from, name))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, name), damage(data), 0o600)
	}
	if err == nil && name != "stack.json" {
		err = os.Remove(filepath.Join(to, "stack.json")) // of the stack that was killed
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startDamaged starts a stack on the folder and returns what it says when it ends
// by itself; nothing when it comes up.
func startDamaged(t *testing.T, dir string) string {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), "STACK_OF_TEST="+dir)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		select {
		case <-ended:
			return said.String()
		case <-time.After(20 * time.Millisecond):
		}
		if r, err := local.Find(dir); err == nil && r.PID == cmd.Process.Pid {
			_ = cmd.Process.Kill()
			<-ended
			return ""
		}
	}
	t.Errorf("the stack on %s neither starts nor ends", dir)
	_ = cmd.Process.Kill()
	<-ended
	return ""
}

// sentence fails unless the last line names file and folder, and says what to do.
func sentence(t *testing.T, name, dir, said string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(said), "\n")
	file, _, _ := strings.Cut(name, " ")
	last := lines[len(lines)-1]
	if len(lines) != 1 || !strings.Contains(last, file) || !strings.Contains(last, dir) || !strings.Contains(last, "delete the folder") {
		t.Errorf("%s: it says %q", name, said)
	}
}
