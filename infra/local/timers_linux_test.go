package local

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestProcessesOfTheStackHaveRelaxedTimers(t *testing.T) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	relaxTimers()
	for _, thread := range threads {
		got, err := os.ReadFile("/proc/" + thread.Name() + "/timerslack_ns")
		if err == nil && strings.TrimSpace(string(got)) != "1000000" { // an error: it ended
			t.Errorf("thread %s has a slack of %s ns", thread.Name(), got)
		}
	}
	got, err := exec.CommandContext(t.Context(), "cat", "/proc/self/timerslack_ns").Output()
	if err != nil || strings.TrimSpace(string(got)) != "1000000" {
		t.Errorf("a new process has a slack of %s ns (%v)", got, err)
	}
}
