package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"syscall"
)

// month is the demo's run: a shop's month of events through all actions.
type month struct {
	Requests int     `json:"requests"`
	Events   int     `json:"events"`
	Seconds  float64 `json:"seconds"`
	Rate     float64 `json:"events_per_second"`
	CPU      float64 `json:"cpu_seconds"` // of all processes, with the start and the audit
}

// measureDemo runs the demo of a checkout, whose functions are built.
func measureDemo(ctx context.Context, dir string) (*month, error) {
	cmd := exec.CommandContext(ctx, filepath.Join("bin", "payhooks"), "demo", "--json") //nolint:gosec // this checkout's binary
	cmd.Dir = dir
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run the demo: %w: %.300s", err, out)
	}
	var m month
	if err := json.Unmarshal(out, &m); err != nil {
		return nil, fmt.Errorf("read the demo's report: %w", err)
	}
	m.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return &m, nil
}

func (m *month) print(w io.Writer, name string) {
	_, _ = fmt.Fprintf(w, "%.0f events/s\t%d events in %d requests\t%.0f CPU seconds\t  %s\n", m.Rate, m.Events, m.Requests, m.CPU, name)
}
