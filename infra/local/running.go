package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Running says where a running local stack is. The keys are the operator's,
// who may do everything.
type Running struct {
	PID           int      `json:"pid"`
	Stack         string   `json:"stack"`
	Region        string   `json:"region"`
	Account       string   `json:"account"`
	API           string   `json:"api"`
	Console       string   `json:"console"`
	AWS           string   `json:"aws"`
	AccessKey     string   `json:"access_key"`
	SecretKey     string   `json:"secret_key"` //nolint:gosec // a key of the local stack only
	SigningSecret string   `json:"signing_secret"`
	StripeBase    string   `json:"stripe_base,omitempty"` // Stripe's API as the functions reach it; empty: Stripe itself
	FakeStripe    string   `json:"stripe,omitempty"`      // the address of fake Stripe, if it runs
	Functions     []string `json:"functions"`
	Tables        []string `json:"tables"` // by their full names
	// Environment has what the template sets for each function.
	Environment map[string]map[string]string `json:"environment,omitempty"`
}

const runningFile = "stack.json"

// ErrNotRunning: no stack runs on the data folder.
var ErrNotRunning = errors.New("no local stack is running here")

// Find returns the stack that runs on the data folder. Without one, the error
// is ErrNotRunning and says how to start it.
func Find(dataDir string) (Running, error) {
	none := fmt.Errorf("%w (data folder %s); start it with make run, or set DATA_DIR to the folder of one that runs", ErrNotRunning, dataDir)
	data, err := os.ReadFile(filepath.Join(dataDir, runningFile)) //nolint:gosec // the caller's own folder
	if errors.Is(err, fs.ErrNotExist) {
		return Running{}, none
	}
	if err != nil {
		return Running{}, fmt.Errorf("find the local stack: %w", err)
	}
	var r Running
	if err := json.Unmarshal(data, &r); err != nil {
		return Running{}, fmt.Errorf("read %s: %w", filepath.Join(dataDir, runningFile), err)
	}
	if !alive(r.PID) {
		return Running{}, none
	}
	return r, nil
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

// write replaces the file at once, so that nobody reads half of it.
func (r Running) write(dataDir string) error {
	data, err := json.MarshalIndent(r, "", "  ") //nolint:gosec // keys of the local stack only, mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", runningFile, err)
	}
	path := filepath.Join(dataDir, runningFile)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", runningFile, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write %s: %w", runningFile, err)
	}
	return nil
}
