package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
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
	Key           string   `json:"key"`        // of what AWS has no call for: see Own
	SigningSecret string   `json:"signing_secret"`
	StripeBase    string   `json:"stripe_base,omitempty"` // Stripe's API as the functions reach it; empty: Stripe itself
	FakeStripe    string   `json:"stripe,omitempty"`      // the address of fake Stripe, if it runs, with the key to put objects
	Functions     []string `json:"functions"`
	Tables        []string `json:"tables"`            // by their full names
	Watches       string   `json:"watches,omitempty"` // folder of the project whose changes it takes up
	// Environment has what the template sets for each function.
	Environment map[string]map[string]string `json:"environment,omitempty"`
}

// Own is a request for what AWS has no call for: mailbox, faults, counts and what
// was refused. See aws.Server for the paths below /_payhooks/.
func (r Running) Own(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.AWS+"/_payhooks/"+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.Key)
	return req, nil
}

const runningFile = "stack.json"

// ErrNotRunning: no stack runs on the data folder.
var ErrNotRunning = errors.New("no local stack is running here")

// Find returns the stack that runs on the data folder. Without one, the error
// is ErrNotRunning and says how to start it.
func Find(dataDir string) (Running, error) {
	none := fmt.Errorf("%w (data folder %s); start it with make run, or set DATA_DIR to the folder of one that runs", ErrNotRunning, dataDir)
	r, err := find(dataDir)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !alive(r.PID)) {
		return Running{}, none
	}
	return r, err
}

func find(dataDir string) (r Running, err error) {
	root, err := openExisting(dataDir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	data, err := readOwn(root, runningFile)
	if err != nil {
		return r, fmt.Errorf("find the local stack in the data folder %s: %w", dataDir, err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("%s in the data folder %s is damaged; stop the stack and start it again: %w", runningFile, dataDir, err)
	}
	return r, nil
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

func (r Running) write(root *os.Root) error {
	data, err := json.MarshalIndent(r, "", "  ") //nolint:gosec // keys of the local stack only, mode 0600
	if err == nil {
		err = replace(root, runningFile, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s into the data folder: %w", runningFile, err)
	}
	return nil
}
