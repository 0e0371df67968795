package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// response is format 2.0 as a function returns it.
type response struct {
	StatusCode      json.Number       `json:"statusCode"`
	Headers         map[string]header `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            json.RawMessage   `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// header takes a string, a number or a boolean.
type header string

func (h *header) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*h = header(s)
		return nil
	}
	if len(data) > 0 && (data[0] == '{' || data[0] == '[') {
		return errors.New("a header is neither text nor a number")
	}
	*h = header(data)
	return nil
}

// reply writes what the function returned. A result without statusCode is the
// body of a 200.
func reply(w http.ResponseWriter, r *http.Request, payload []byte) error {
	if !json.Valid(payload) {
		return errors.New("the function returned something that is not JSON")
	}
	var res response
	if err := json.Unmarshal(payload, &res); err != nil && bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")) {
		return fmt.Errorf("the function returned a malformed response: %w", err)
	}
	if res.StatusCode == "" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(payload)
		return nil
	}
	status, err := strconv.Atoi(res.StatusCode.String())
	if err != nil || status < 100 || status > 999 {
		return fmt.Errorf("the function returned the status code %s", res.StatusCode)
	}
	body, err := res.body()
	if err != nil {
		return err
	}
	res.write(w, r, status, body)
	return nil
}

func (res response) body() ([]byte, error) {
	if len(res.Body) == 0 || string(res.Body) == "null" {
		return nil, nil
	}
	var text string
	if err := json.Unmarshal(res.Body, &text); err != nil {
		return nil, errors.New("the function returned a body that is not text")
	}
	if !res.IsBase64Encoded {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the function returned a body that is not base64")
	}
	return body, nil
}

func (res response) write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	for k, v := range res.Headers {
		w.Header().Set(k, string(v))
	}
	for _, c := range res.Cookies {
		w.Header().Add("Set-Cookie", c)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone; no one receives the error
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
