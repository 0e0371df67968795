package ingest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/event"
)

// size is how many bytes were posted, without decoding them.
func size(req events.APIGatewayV2HTTPRequest) int {
	n := len(req.Body)
	if req.IsBase64Encoded {
		n = base64.StdEncoding.DecodedLen(n) - strings.Count(req.Body[max(0, n-2):], "=")
	}
	return n
}

// errBody: the body is not what its envelope says.
var errBody = errors.New("body is not base64, as its envelope says")

// readBody returns the bytes that were posted.
func readBody(req events.APIGatewayV2HTTPRequest) ([]byte, error) {
	if !req.IsBase64Encoded {
		return []byte(req.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(req.Body)
	if err != nil {
		return nil, errBody
	}
	return body, nil
}

// signatureHeader finds the header in any casing. API Gateway sends lower case
// and joins duplicates; where casings differ, they are duplicates too.
func signatureHeader(headers map[string]string) string {
	const name = "stripe-signature"
	if v, ok := headers[name]; ok && len(headers) == 1 {
		return v
	}
	var values []string
	for k, v := range headers {
		if strings.EqualFold(k, name) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return strings.Join(values, ",")
}

// panicked is a panic of the parser.
type panicked struct {
	value any
	stack string
}

// Error gives the value only where the runtime made it.
func (p *panicked) Error() string {
	if err, ok := p.value.(runtime.Error); ok {
		return "parser panicked: " + err.Error()
	}
	return fmt.Sprintf("parser panicked with a %T", p.value)
}

// quarantined names a request by its event id, else by its digest.
func quarantined(e event.Event, reason event.Reason, expires time.Time) event.Quarantined {
	id := e.ID
	if id == "" {
		sum := sha256.Sum256(e.Body)
		id = "sha256:" + hex.EncodeToString(sum[:])
	}
	return event.Quarantined{
		Endpoint: e.Endpoint, ID: id, Reason: string(reason), Type: e.Type,
		Received: e.Received, Expires: expires, Body: e.Body,
	}
}
