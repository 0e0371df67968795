// Package ministack deploys the templates to MiniStack, an implementation of AWS
// that is not ours, with IAM enforced. It runs on this machine and is reached on
// 127.0.0.1 only.
package ministack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// MiniStack is a running MiniStack.
type MiniStack struct {
	URL string            // of every service
	As  map[string]string // credentials of the commands, in place of the root's

	cmd *exec.Cmd
	log string
}

const (
	region = "us-east-1"
	// The account's root, whom IAM lets do everything.
	accessKey, secretKey = "test", "test"
	startTimeout         = time.Minute
)

// Start runs the program ministack. Its log and its data are in dir.
func Start(ctx context.Context, program, dir string) (*MiniStack, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	m := &MiniStack{URL: "http://127.0.0.1:" + strconv.Itoa(port), log: filepath.Join(dir, "ministack.log")}
	out, err := os.Create(m.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	m.cmd = exec.Command(program) //nolint:gosec,noctx // the caller's own; Close ends it
	m.cmd.Env = append(os.Environ(),
		"BIND_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(port), "AUTH=true", "LOG_LEVEL=WARNING",
		"AWS_ENDPOINT_URL="+m.URL, "AWS_DEFAULT_REGION="+region, "AWS_LAMBDA_LOG_FORMAT=JSON", "TMPDIR="+dir)
	m.cmd.Dir, m.cmd.Stdout, m.cmd.Stderr = dir, out, out
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start MiniStack: %w", err)
	}
	if err := m.ready(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("the listener has no port"), l.Close())
	}
	return addr.Port, l.Close()
}

// ready waits until MiniStack answers.
func (m *MiniStack) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL+"/_ministack/health", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("MiniStack did not start within %s; it wrote:\n%s", startTimeout, m.Log())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Close ends MiniStack and the functions that it runs.
func (m *MiniStack) Close() error {
	err := syscall.Kill(-m.cmd.Process.Pid, syscall.SIGKILL)
	_ = m.cmd.Wait() // killed
	return err
}

// Log is the end of what MiniStack wrote.
func (m *MiniStack) Log() string {
	data, err := os.ReadFile(m.log)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-4000):])
}

// Env is the environment that leads a program to MiniStack, the SDK's names.
func (m *MiniStack) Env() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": m.URL, "AWS_DEFAULT_REGION": region, "AWS_REGION": region,
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "1",
	}
}

// Config is the configuration of a client.
func (m *MiniStack) Config() aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &m.URL,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}

// Mails lists the recipients of the mails that SES was given.
func (m *MiniStack) Mails(ctx context.Context) (to []string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL+"/_ministack/ses/messages", nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var kept struct {
		Messages map[string][]struct{ To []string }
	}
	if err := json.NewDecoder(res.Body).Decode(&kept); err != nil {
		return nil, fmt.Errorf("read the mails of SES: %s: %w", res.Status, err)
	}
	for _, account := range kept.Messages {
		for _, mail := range account {
			to = append(to, mail.To...)
		}
	}
	return to, nil
}
