package aws

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// call is one request of one operation.
type call struct {
	service   *service
	operation string
	body      []byte
	form      url.Values // of the services that speak the query protocol, and the query of Lambda's
	caller    Caller
	accepts   string // encodings of the answer
}

// service is one AWS service: its operations and the shape of its errors.
type service struct {
	name       string // as in the signature's scope
	operations map[string]operation
	throttled  failure
	failed     failure
	denied     failure
	unknown    failure // an operation that is not served
	fail       func(w http.ResponseWriter, f *failure)
}

// operation reads a call, says what it needs to be granted, and does it.
type operation func(c *call) (prepared, error)

type prepared struct {
	needs []access
	// do returns what to answer: a *reply as it is, anything else as JSON.
	do func(ctx context.Context) (any, error)
}

// reply is an answer with its own bytes.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// failure is an AWS error.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func (f failure) with(format string, args ...any) *failure {
	f.message = fmt.Sprintf(format, args...)
	return &f
}

func invalid(code, format string, args ...any) *failure {
	return failure{status: http.StatusBadRequest, code: code}.with(format, args...)
}

// typed makes an operation of a JSON request. A field that In does not have is
// refused by name: nothing that was asked for is silently left out.
func typed[In any](needs func(*In) []access, do func(ctx context.Context, c *call, in *In) (any, error)) operation {
	return func(c *call) (prepared, error) {
		in := new(In)
		d := json.NewDecoder(bytes.NewReader(c.body))
		d.DisallowUnknownFields()
		if err := d.Decode(in); err != nil && !errors.Is(err, io.EOF) {
			return prepared{}, invalid("ValidationException", "%s as the local endpoint serves it: %v", c.operation, err)
		}
		return prepared{
			needs: needs(in),
			do:    func(ctx context.Context) (any, error) { return do(ctx, c, in) },
		}, nil
	}
}

// maxBody is above the largest request that any of the services takes (16 MB,
// BatchWriteItem).
const maxBody = 20 << 20

// ServeHTTP serves AWS calls and the paths under /_payhooks/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_payhooks/") {
		s.serveOwn(w, r)
		return
	}
	if s.Invoke != nil && strings.HasPrefix(r.URL.Path, invokePrefix) {
		s.invoke(w, r)
		return
	}
	c, err := s.identify(w, r)
	if err == nil {
		err = s.serve(r.Context(), w, c)
	}
	if err == nil {
		return
	}
	var f *failure
	if !errors.As(err, &f) {
		s.log().ErrorContext(r.Context(), "an AWS call failed", "service", c.service.name, "operation", c.operation, "error", err)
		f = c.service.failed.with("%v", err)
	}
	c.service.fail(w, f)
}

// serve answers, or returns an error that is still to be answered.
func (s *Server) serve(ctx context.Context, w http.ResponseWriter, c *call) error {
	op := c.service.operations[c.operation]
	if op == nil && !s.mayElsewhere(c) {
		return c.service.denied.with("%s is not allowed %s of %s: its role in the template does not grant it", c.caller.Name, c.operation, c.service.name)
	}
	if op == nil {
		s.log().WarnContext(ctx, "refused an AWS call that the local stack does not serve", "service", c.service.name, "operation", c.operation, "caller", c.caller.Name)
		return c.service.unknown.with("the local stack does not serve %s of %s", c.operation, c.service.name)
	}
	p, err := op(c)
	if err != nil {
		return err
	}
	for _, a := range p.needs {
		if err := s.authorize(c.caller, a); err != nil {
			s.sayDenied(ctx, err)
			return c.service.denied.with("%v", err)
		}
	}
	fault := s.faults.strike(c.service.name, c.operation, c.caller.Name)
	if fault != nil {
		if done, err := s.suffer(ctx, w, c, fault); done || err != nil {
			return err
		}
	}
	if c.service.name != "dynamodb" { // which counts with the capacity
		s.counter.count(c.service.name, c.caller.Name, c.operation, 1)
	}
	out, err := p.do(ctx)
	if fault != nil && fault.Kind == FaultLost {
		breakConnection(w)
		return nil
	}
	if err != nil {
		return err
	}
	if r, ok := out.(*reply); ok && c.service.name == "dynamodb" {
		out = r.packed(c.accepts)
	}
	return answer(w, out)
}

// suffer applies a fault that strikes before the call is done.
func (s *Server) suffer(ctx context.Context, w http.ResponseWriter, c *call, f *Fault) (done bool, err error) {
	switch f.Kind {
	case FaultDelay:
		pause(ctx.Done(), millis(f.DelayMS))
	case FaultThrottle:
		return true, c.service.throttled.with("an injected fault")
	case FaultError:
		return true, c.service.failed.with("an injected fault")
	case FaultDeny:
		return true, c.service.denied.with("an injected fault")
	case FaultReject:
		return true, invalid("MessageRejected", "an injected fault")
	case FaultReset:
		breakConnection(w)
		return true, nil
	}
	return false, nil
}

func answer(w http.ResponseWriter, out any) error {
	r, ok := out.(*reply)
	if !ok {
		body, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
		r = &reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, body: body}
	}
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if w.Header().Get("X-Amzn-Requestid") == "" {
		w.Header().Set("X-Amzn-Requestid", newID())
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
	return nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
