package aws

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

const mappingsPath = "/2015-03-31/event-source-mappings"

// lambda lists the event source mappings; invoke.go has the other call.
func (s *Server) lambda() *service {
	return &service{
		name:       "lambda",
		operations: map[string]operation{"GET " + mappingsPath: s.listMappings},
		throttled:  failure{status: http.StatusTooManyRequests, code: "TooManyRequestsException"},
		failed:     failure{status: http.StatusInternalServerError, code: "ServiceException"},
		denied:     failure{status: http.StatusForbidden, code: "AccessDeniedException"},
		unknown:    failure{status: http.StatusNotFound, code: "ResourceNotFoundException"},
		fail:       failJSON(""),
	}
}

// listMappings needs a right on every resource: AWS has no narrower one.
func (s *Server) listMappings(c *call) (prepared, error) {
	limit, err := strconv.Atoi(c.form.Get("MaxItems"))
	if c.form.Has("MaxItems") && (err != nil || limit < 1) {
		return prepared{}, invalid("InvalidParameterValueException", "MaxItems %q is not a number above 0", c.form.Get("MaxItems"))
	}
	return prepared{
		needs: []access{need("lambda:ListEventSourceMappings", "*")},
		do: func(context.Context) (any, error) {
			found := s.mappings(c.form.Get("EventSourceArn"), c.form.Get("FunctionName"))
			page, next, err := pageOf(found, c.form.Get("Marker"), limit)
			return map[string]any{"EventSourceMappings": page, "NextMarker": next}, err
		},
	}, nil
}

// mappings of a source, of a function by name or ARN, or all of them.
func (s *Server) mappings(source, function string) []map[string]any {
	found := []map[string]any{}
	add := func(id, from string, disabled bool, batch int) {
		for _, f := range s.template().Functions {
			if f.LogicalID == id && (source == "" || from == source) && (function == "" || called(f, function)) {
				found = append(found, map[string]any{
					"UUID": mappingID(from, f.ARN), "EventSourceArn": from, "FunctionArn": f.ARN,
					"State": state(disabled, "Disabled", "Enabled"), "BatchSize": batch,
				})
			}
		}
	}
	for _, q := range s.template().Pollers {
		add(q.Function, q.Queue, q.Disabled, q.BatchSize)
	}
	for _, t := range s.template().Streams {
		add(t.Function, t.Stream, false, t.BatchSize)
	}
	return found
}

// called reports whether the name is the function's, alone or in an ARN.
func called(f template.Function, name string) bool {
	return name == f.Name || name == f.ARN || strings.HasSuffix(name, ":function:"+f.Name)
}

// mappingID is the same at every start.
func mappingID(source, function string) string {
	b := sha256.Sum256([]byte(source + " " + function))
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// state is one of two words.
func state(disabled bool, off, on string) string {
	if disabled {
		return off
	}
	return on
}
