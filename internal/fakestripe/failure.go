package fakestripe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const invalid = "invalid_request_error"

// failure is an error in Stripe's shape.
type failure struct {
	status  int
	Type    string `json:"type"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	Param   string `json:"param,omitempty"`
}

func missing(kind, id string, status int, param string) *failure {
	return &failure{status, invalid, "resource_missing", fmt.Sprintf("No such %s: '%s'", strings.ReplaceAll(kind, ".", " "), id), param}
}

func (f *failure) write(w http.ResponseWriter) { Fail(w, f.status, f.Type, f.Code, f.Message) }

// Fail answers with an error in Stripe's shape; for faults.
func Fail(w http.ResponseWriter, status int, kind, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": failure{Type: kind, Code: code, Message: message}})
}
