package function

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// process is a function that runs under a Runtime API.
type process struct {
	cmd     *exec.Cmd
	api     *http.Server
	next    chan struct{} // the function asks for work
	work    chan []byte
	answers chan []byte
	log     bytes.Buffer
}

// start runs a binary with what Lambda gives it. It returns when the function asks for its
// first event.
func start(ctx context.Context, binary, memory string, env []string) (*process, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the server
	if err != nil {
		return nil, err
	}
	p := &process{next: make(chan struct{}), work: make(chan []byte), answers: make(chan []byte)}
	p.api = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = p.api.Serve(l) }()
	p.cmd = exec.CommandContext(ctx, binary)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String(), "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=ASIABENCH",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token", "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=INFO",
		"AWS_LAMBDA_FUNCTION_NAME=ingest", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + memory, "TZ=:UTC", "PATH=" + os.Getenv("PATH"),
	}, env...)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, p.api.Close())
	}
	return p, p.ready(ctx)
}

// ready waits until the function asks for work.
func (p *process) ready(ctx context.Context) error {
	select {
	case <-p.next:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Second):
		return errors.Join(fmt.Errorf("%s asks for no event: %s", p.cmd.Path, p.log.String()), p.stop())
	}
}

func (p *process) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		select {
		case p.next <- struct{}{}:
		case <-r.Context().Done():
			return
		}
		select {
		case body := <-p.work:
			h := w.Header()
			h.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			h.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
			h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:ingest")
			_, _ = w.Write(body)
		case <-r.Context().Done():
		}
		return
	}
	body, _ := io.ReadAll(r.Body) // an answer that is not whole is none
	w.WriteHeader(http.StatusAccepted)
	select {
	case p.answers <- body:
	case <-r.Context().Done():
	}
}

// invoke has the function answer an event, and ask for the next one.
func (p *process) invoke(ctx context.Context, event []byte, ok func(answer []byte) bool) error {
	p.work <- event
	select {
	case body := <-p.answers:
		if !ok(body) {
			return fmt.Errorf("%s answered %.300s; log: %.2000s", p.cmd.Path, body, p.log.String())
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.ready(ctx)
}

// stop ends the process.
func (p *process) stop() error {
	_ = p.cmd.Process.Kill()
	err := p.cmd.Wait()
	if err != nil && strings.Contains(err.Error(), "killed") {
		err = nil
	}
	return errors.Join(err, p.api.Close())
}
