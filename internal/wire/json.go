package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// JSON makes a call whose input and output are Go values: target is the
// operation with the name of the API before it, secretsmanager.GetSecretValue.
func (c *Client) JSON(ctx context.Context, target string, in, out any) error {
	_, operation, _ := strings.Cut(target, ".")
	header := http.Header{"X-Amz-Target": {target}, "Content-Type": {"application/x-amz-json-" + c.JSONVersion}}
	if spokeQuery[c.Service] {
		header.Set("X-Amzn-Query-Mode", "true")
	}
	return c.json(ctx, &Call{Operation: operation, Header: header}, in, out)
}

// spokeQuery are the services that spoke the query protocol before JSON. Asked to, they also
// return the names that their errors had there, which are the SDK's.
var spokeQuery = map[string]bool{"monitoring": true, "sqs": true}

// Get reads what a service has under a path.
func (c *Client) Get(ctx context.Context, operation, path string, out any) error {
	return c.Do(ctx, c.answers(&Call{Operation: operation, Method: http.MethodGet, Path: path, Out: out}))
}

// REST is JSON for a service whose operations have a path.
func (c *Client) REST(ctx context.Context, operation, path string, in, out any) error {
	return c.json(ctx, &Call{Operation: operation, Path: path, Header: http.Header{"Content-Type": {"application/json"}}}, in, out)
}

func (c *Client) json(ctx context.Context, call *Call, in, out any) error {
	body, err := marshal(in)
	if err != nil {
		return err
	}
	call.Body, call.In, call.Out = body, in, out
	return c.Do(ctx, c.answers(call))
}

// answers has a call read JSON into Out.
func (c *Client) answers(call *Call) *Call {
	call.Answer = func(res *smithyhttp.Response) error {
		body, err := io.ReadAll(res.Body)
		switch {
		case err != nil:
			return err
		case res.StatusCode >= http.StatusMultipleChoices:
			return Failed(res, c.Failure(res, body))
		case len(body) == 0: // of a call that answers nothing
			return nil
		}
		return unmarshal(body, call.Out)
	}
	return call
}

// marshal takes what an input writes itself for JSON: encoding/json would read it again.
func marshal(in any) ([]byte, error) {
	if m, ok := in.(json.Marshaler); ok {
		return m.MarshalJSON()
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // a mail would be twice as long
	err := e.Encode(in)
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), err
}

// unmarshal lets an output read what it reads itself of JSON: encoding/json would read it
// twice before.
func unmarshal(body []byte, out any) error {
	if u, ok := out.(json.Unmarshaler); ok {
		return u.UnmarshalJSON(body)
	}
	return json.Unmarshal(body, out)
}

// Failure is the error that a service answered.
func (c *Client) Failure(res *smithyhttp.Response, body []byte) error {
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // some services write Message, which is this too
	}
	_ = json.Unmarshal(body, &said) // a proxy answers something else
	code, _, _ := strings.Cut(res.Header.Get("X-Amzn-Query-Error"), ";")
	if code == "" {
		code = said.Type
	}
	if code == "" {
		code, _, _ = strings.Cut(res.Header.Get("X-Amzn-Errortype"), ":")
	}
	if code = code[strings.LastIndexByte(code, '#')+1:]; code == "" {
		code = fmt.Sprint("HTTP", res.StatusCode)
	}
	e := &smithy.GenericAPIError{Code: code, Message: said.Message}
	if c.Typed != nil {
		return c.Typed(e, body)
	}
	return e
}
