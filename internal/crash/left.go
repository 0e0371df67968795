package crash

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// kept is how long the file of a process that ended between two attempts stays.
const kept = time.Hour

// Interrupted implements delivery.Recorder.
func (r *Recorder) Interrupted(fn func(event.Interrupted) error) error {
	r.leaving.Lock()
	defer r.leaving.Unlock()
	paths, err := filepath.Glob(filepath.Join(r.dir, "*"+suffix))
	if err != nil {
		return fmt.Errorf("list running attempts: %w", err)
	}
	for _, path := range paths {
		if path != r.file.Name() {
			err = errors.Join(err, r.left(path, fn))
		}
	}
	return err
}

// left handles what one other process left behind, if it is gone.
func (r *Recorder) left(path string, fn func(event.Interrupted) error) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // of the process's own folder
	if errors.Is(err, os.ErrNotExist) {
		return nil // another process handled it
	}
	if err != nil {
		return fmt.Errorf("open the running attempts of another process: %w", err)
	}
	defer func() { _ = f.Close() }()
	if !tryLock(f) {
		return nil // it lives
	}
	var t trace
	if err := json.NewDecoder(f).Decode(&t); err != nil {
		t = trace{} // it ended before its first attempt
	}
	if len(t.Running) == 0 && r.young(f) {
		return nil
	}
	why := t.why(path + report)
	for _, a := range t.Running {
		err = errors.Join(err, fn(event.Interrupted{Running: a, Ended: t.At, Why: why(a)}))
	}
	if err == nil {
		_, _ = os.Remove(path), os.Remove(path+report)
	}
	return err
}

// young: the process may be about to lock its new file.
func (r *Recorder) young(f *os.File) bool {
	info, err := f.Stat()
	return err != nil || r.now().Sub(info.ModTime()) < kept
}
