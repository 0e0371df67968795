package aws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// targets are the services that name the operation in X-Amz-Target.
var targets = map[string]string{
	"DynamoDB_20120810": "dynamodb",
	"AmazonSQS":         "sqs",
	"AWSEvents":         "events",
	"secretsmanager":    "secretsmanager",
	"Logs_20140328":     "logs",
}

// identify finds out which operation is called and who calls it. The returned
// call always has a service, so that a refusal has a shape.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) (*call, error) {
	key, scope := credential(r)
	c := &call{service: s.unserved(scope), operation: r.Method + " " + r.URL.Path, accepts: r.Header.Get("Accept-Encoding")}
	body, err := read(http.MaxBytesReader(w, r.Body, maxBody), r.ContentLength)
	if err != nil {
		return c, invalid("RequestEntityTooLarge", "read the request: %v", err)
	}
	c.body = body
	target, operation, hasTarget := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case hasTarget:
		c.service, c.operation = s.service(targets[target], target), operation
	case strings.HasPrefix(r.URL.Path, "/v2/email/"):
		c.service = s.service("ses", scope)
	case strings.HasPrefix(r.URL.Path, mappingsPath):
		c.service, c.operation, c.form = s.service("lambda", scope), r.Method+" "+mappingsPath, r.URL.Query()
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		if c.form, err = url.ParseQuery(string(body)); err != nil {
			return c, invalid("MalformedQueryString", "read the request: %v", err)
		}
		c.service, c.operation = s.service(scope, scope), c.form.Get("Action")
	}
	caller, ok := s.has().keys[key]
	if !ok {
		return c, failure{status: http.StatusForbidden, code: "UnrecognizedClientException"}.with("the local stack gave out no access key %q; give the client the credentials that the stack set", key)
	}
	c.caller = caller
	return c, nil
}

// read reads all of a body whose size the header announces; a size that is
// negative or too large is not believed.
func read(from io.Reader, announced int64) ([]byte, error) {
	var body bytes.Buffer
	if announced > 0 && announced <= maxBody {
		body.Grow(int(announced) + bytes.MinRead)
	}
	_, err := body.ReadFrom(from)
	return body.Bytes(), err
}

func (s *Server) service(name, asked string) *service {
	if sv := s.services[name]; sv != nil {
		return sv
	}
	return s.unserved(asked)
}

// unserved stands for a service that is not there.
func (s *Server) unserved(name string) *service {
	return &service{
		name:    name,
		unknown: failure{status: http.StatusBadRequest, code: "UnknownOperationException"},
		failed:  failure{status: http.StatusInternalServerError, code: "InternalFailure"},
		denied:  failure{status: http.StatusForbidden, code: "AccessDeniedException"},
		fail:    failJSON(""),
	}
}

// credential reads the access key and the service from the Authorization
// header: AWS4-HMAC-SHA256 Credential=KEY/date/region/service/aws4_request, …
func credential(r *http.Request) (key, service string) {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	rest, _, _ = strings.Cut(rest, ",")
	parts := strings.Split(strings.TrimSpace(rest), "/")
	if len(parts) < 5 {
		return "", ""
	}
	return parts[0], parts[3]
}

// failJSON answers errors the way the JSON protocols do; namespace precedes
// the code in __type where a service has one.
func failJSON(namespace string) func(http.ResponseWriter, *failure) {
	return func(w http.ResponseWriter, f *failure) {
		body, _ := json.Marshal(map[string]string{"__type": namespace + f.code, "message": f.message})
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Header().Set("X-Amzn-Errortype", f.code)
		w.Header().Set("X-Amzn-Requestid", newID())
		w.WriteHeader(f.status)
		_, _ = w.Write(body)
	}
}

// failXML answers errors the way the query protocol does.
func failXML(w http.ResponseWriter, f *failure) {
	fault := "Sender"
	if f.status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	body, _ := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Type: fault, Code: f.code, Message: f.message, RequestID: newID()})
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(f.status)
	_, _ = w.Write(body)
}

// xmlReply wraps a result as the query protocol wants it.
func xmlReply(operation string, result any) (*reply, error) {
	inner, err := xml.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	body := fmt.Sprintf("<%[1]sResponse>%[2]s<ResponseMetadata><RequestId>%[3]s</RequestId></ResponseMetadata></%[1]sResponse>", operation, inner, newID())
	return &reply{status: http.StatusOK, header: http.Header{"Content-Type": {"text/xml"}}, body: []byte(body)}, nil
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }
