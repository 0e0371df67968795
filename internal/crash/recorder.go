// Package crash keeps on disk which attempts a process runs, for the process after it:
// Lambda starts a function again in the same execution environment, whose /tmp stays
// as it was, after a crash, an exit, a timeout or a lack of memory.
package crash

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// sample is how often a process notes that it is alive and how much memory it
	// uses, while an attempt runs.
	sample = 20 * time.Millisecond
	suffix = ".running"
	report = ".crash" // what Go's runtime prints when it ends the process
)

// Recorder implements delivery.Recorder with a file for each process, locked while
// the process lives.
type Recorder struct {
	dir  string
	now  func() time.Time
	file *os.File

	mu      sync.Mutex
	last    trace
	running []attempt
	line    []byte        // of the last write, to be used again
	stop    chan struct{} // nil while no attempt runs

	leaving sync.Mutex // one goroutine reads what others left
}

// attempt is one that runs, written once: the file is written twice for each, with all others.
type attempt struct {
	owner string
	text  []byte
}

// trace is what a process was doing when it was last seen.
type trace struct {
	At      time.Time       `json:"at"`
	Memory  int64           `json:"memory"` // resident bytes
	Limit   int64           `json:"limit"`  // what Lambda allows, or 0
	Killed  int64           `json:"killed"` // how many processes the kernel had killed for lack of memory when this one began
	Running []event.Running `json:"running"`
}

// Open makes the process's file in dir, which no other user can write. limit is the
// function's memory in bytes, or 0.
func Open(dir string, limit int64, now func() time.Time) (*Recorder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // below the environment's temporary folder
		return nil, fmt.Errorf("make the folder of running attempts: %w", err)
	}
	file, err := os.CreateTemp(dir, "*"+suffix)
	if err != nil {
		return nil, fmt.Errorf("make the file of running attempts: %w", err)
	}
	if !tryLock(file) {
		return nil, fmt.Errorf("lock %s: another process has it", filepath.Base(file.Name()))
	}
	if err := reportTo(file.Name() + report); err != nil {
		return nil, err
	}
	return &Recorder{dir: dir, now: now, file: file, last: trace{Limit: limit, Killed: outOfMemoryKills()}}, nil
}

func reportTo(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // next to the process's file
	if err != nil {
		return fmt.Errorf("make the file of a crash: %w", err)
	}
	err = debug.SetCrashOutput(f, debug.CrashOptions{})
	_ = f.Close() // the runtime has a descriptor for it
	if err != nil {
		return fmt.Errorf("keep the report of a crash: %w", err)
	}
	return nil
}

// Began implements delivery.Recorder.
func (r *Recorder) Began(a event.Running) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, err := json.Marshal(a)
	if err != nil {
		return // times in years that JSON has not; it loses a reason, no event
	}
	r.running = append(r.running, attempt{a.Owner, text})
	r.write()
	if r.stop == nil {
		r.stop = make(chan struct{})
		go r.watch(r.stop)
	}
}

// Ended implements delivery.Recorder.
func (r *Recorder) Ended(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = slices.DeleteFunc(r.running, func(a attempt) bool { return a.owner == owner })
	r.write()
	if len(r.running) == 0 && r.stop != nil {
		close(r.stop)
		r.stop = nil
	}
}

func (r *Recorder) watch(stop <-chan struct{}) {
	every := time.NewTicker(sample)
	defer every.Stop()
	for {
		select {
		case <-stop:
			return
		case <-every.C:
			r.mu.Lock()
			r.last.Memory = max(r.last.Memory, resident())
			r.write()
			r.mu.Unlock()
		}
	}
}

// write is one system call, so that a kill leaves a whole trace. What a longer one
// left behind it is not read.
func (r *Recorder) write() {
	if len(r.running) == 0 {
		r.last.Memory = 0
	}
	r.line = r.last.append(r.line[:0], r.now(), r.running)
	_, _ = r.file.WriteAt(r.line, 0) // a full disk loses a reason, no event
}

// append adds the trace as encoding/json would write it, with the attempts that run.
func (t trace) append(line []byte, at time.Time, running []attempt) []byte {
	line = at.AppendFormat(append(line, `{"at":"`...), time.RFC3339Nano)
	line = strconv.AppendInt(append(line, `","memory":`...), t.Memory, 10)
	line = strconv.AppendInt(append(line, `,"limit":`...), t.Limit, 10)
	line = strconv.AppendInt(append(line, `,"killed":`...), t.Killed, 10)
	line = append(line, `,"running":[`...)
	for i, a := range running {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, a.text...)
	}
	return append(line, "]}\n"...)
}
