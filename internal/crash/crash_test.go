package crash

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// A copy of the test binary is the process that ends in the middle of two attempts.
func TestMain(m *testing.M) {
	if how := os.Getenv("END"); how != "" {
		r, err := Open(os.Getenv("DIR"), 0, time.Now)
		if err != nil {
			panic(err)
		}
		for _, id := range []string{"evt_1", "evt_2", "evt_3"} {
			r.Began(event.Running{Event: id, Owner: "of " + id, Claimed: true, Began: time.Now(), Until: time.Now().Add(time.Hour)})
		}
		r.Ended("of evt_2")
		end(how)
	}
	os.Exit(m.Run())
}

func end(how string) {
	switch how {
	case "panic":
		go func() { panic("alice@example.com") }()
	case "nil map":
		none()["alice@example.com"] = 1
	case "wait":
		_, _ = os.Stdin.Read(make([]byte, 1))
	}
	time.Sleep(time.Duration(len(how)) * time.Millisecond)
	if how != "exit" {
		time.Sleep(time.Minute)
	}
	os.Exit(3)
}

func none() map[string]int { return nil }

func process(t *testing.T, dir, how string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "END="+how, "DIR="+dir)
	return cmd
}

func open(t *testing.T, dir string) *Recorder {
	t.Helper()
	r, err := Open(dir, 0, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.file.Close() })
	return r
}

// interrupted are the reasons by event.
func interrupted(t *testing.T, r *Recorder) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := r.Interrupted(func(i event.Interrupted) error { all[i.Event] = i.Why; return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatAProcessDidNotEndIsReadOnceByTheNext(t *testing.T) {
	for how, want := range map[string]string{
		"exit":    "exit: the process ended (os.Exit, or killed)",
		"panic":   "crash: panic at github.com/payhooks/payhooks/internal/crash.end.func1:",
		"nil map": "crash: panic at github.com/payhooks/payhooks/internal/crash.end:",
	} {
		t.Run(how, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "attempts")
			if err := process(t, dir, how).Run(); err == nil {
				t.Fatal("the process did not fail")
			}
			r := open(t, dir)
			got := interrupted(t, r)
			if len(got) != 2 || !strings.HasPrefix(got["evt_1"], want) || got["evt_3"] != got["evt_1"] || strings.Contains(got["evt_1"], "alice") {
				t.Errorf("%q, want %q", got, want)
			}
			if got := interrupted(t, r); len(got) != 0 {
				t.Errorf("read again: %q", got)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			if len(files) != 2 {
				t.Errorf("left: %q", files)
			}
		})
	}
}

func TestAttemptOfALivingProcessIsNotInterrupted(t *testing.T) {
	dir := t.TempDir()
	cmd := process(t, dir, "wait")
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir)
	for !begun(dir) {
		time.Sleep(time.Millisecond)
	}
	if got := interrupted(t, r); len(got) != 0 {
		t.Errorf("it lives: %q", got)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if got := interrupted(t, r); len(got) != 2 {
		t.Errorf("it is gone: %q", got)
	}
}

// begun reports whether a process wrote down its last attempt.
func begun(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*"+suffix))
	return slices.ContainsFunc(files, func(path string) bool {
		data, _ := os.ReadFile(path) //nolint:gosec // a test's own
		return strings.Contains(string(data), "evt_3")
	})
}

func TestAttemptThatCouldNotBeEndedIsKept(t *testing.T) {
	dir := t.TempDir()
	_ = process(t, dir, "exit").Run()
	r := open(t, dir)
	down := errors.New("down")
	if err := r.Interrupted(func(event.Interrupted) error { return down }); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
	if got := interrupted(t, r); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestReasonsByWhatTheProcessWasDoing(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	kills := outOfMemoryKills()
	for want, x := range map[string]struct {
		t    trace
		left time.Duration
	}{
		"timeout: the function did not return in time":  {trace{Killed: kills}, 100 * time.Millisecond},
		"out of memory: the process used 200 of 256 MB": {trace{Killed: kills, Memory: 200 << 20, Limit: 256 << 20}, time.Minute},
		"exit: the process ended (os.Exit, or killed)":  {trace{Killed: kills, Memory: 100 << 20, Limit: 256 << 20}, time.Minute},
		"out of memory: the process used 10 of 256 MB":  {trace{Killed: kills - 1, Memory: 10 << 20, Limit: 256 << 20}, time.Minute},
	} {
		x.t.At = now
		if got := x.t.why(filepath.Join(t.TempDir(), "none"))(event.Running{Until: now.Add(x.left)}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestReportsOfGosRuntime(t *testing.T) {
	for want, text := range map[string]string{
		"crash: fatal error: concurrent map writes at main.handle:12": "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\ninternal/runtime/maps.fatal({0x1, 0x2})\n\t/go/panic.go:1 +0x1\nmain.handle({0x1, 0x2})\n\t/home/alice/handle.go:12 +0x1d\n",
		"out of memory: fatal error: runtime: out of memory":          "fatal error: runtime: out of memory\n",
		"crash: SIGSEGV": "SIGSEGV: segmentation violation\n",
		"":               "goodbye\n",
	} {
		path := filepath.Join(t.TempDir(), "x"+report)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readReport(path); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFolderOfAnotherKindIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attempts")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, 0, time.Now); err == nil || !strings.Contains(err.Error(), "running attempts") {
		t.Errorf("%v", err)
	}
}
