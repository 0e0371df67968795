package local

import (
	"regexp"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/infra/local/gateway"
)

// accessVariable is one of an access log's format.
var accessVariable = regexp.MustCompile(`\$context\.[A-Za-z0-9.]+`)

// served writes the line of each API's access log about a request, in the format that the
// template has. API Gateway writes a dash for what a request does not have.
func (s *Stack) served(e gateway.Exchange) {
	for _, api := range s.Now().APIs {
		if api.AccessLog.Group == "" {
			continue
		}
		s.cfg.Lines.Add(time.Now().UTC(), api.AccessLog.Group, accessVariable.ReplaceAllStringFunc(api.AccessLog.Format, func(name string) string {
			switch name {
			case "$context.requestId":
				return e.ID
			case "$context.routeKey":
				return orDash(e.Route)
			case "$context.status":
				return strconv.Itoa(e.Status)
			case "$context.responseLatency":
				return strconv.FormatInt(e.Took.Milliseconds(), 10)
			case "$context.integrationErrorMessage":
				return orDash(e.Failed)
			case "$context.requestTimeEpoch":
				return strconv.FormatInt(e.Began.UnixMilli(), 10)
			}
			return "-"
		}))
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
