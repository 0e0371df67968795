package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
)

// failure is a page that says why there is no other.
type failure struct {
	status     int
	Sentence   string
	Next       string // what to do
	StripeLink string // where to look at Stripe
}

func (f *failure) Error() string { return f.Sentence }

// Refused is an error that a person made, or must know: a sentence, and what to do.
func Refused(status int, sentence, next string) error { return &failure{status, sentence, next, ""} }

// failureHeader has the sentence for a stream, escaped.
const failureHeader = "Payhooks-Failure"

var failedBody = parse("failed.html")

// failed is the page of an error.
func failed(r *Request, v View, err error) View {
	f := explain(r, err)
	r.w.Header().Set(failureHeader, url.PathEscape(f.Sentence+" "+f.Next))
	title := v.Title
	if title == "" {
		title = http.StatusText(f.status)
	}
	return View{Title: title, Body: failedBody, Data: f, Status: f.status}
}

func explain(r *Request, err error) *failure {
	var f *failure
	var usage cli.UsageError
	var refusal smithy.APIError
	var unanswered *smithy.OperationError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &usage):
		return &failure{status: http.StatusBadRequest, Sentence: sentence(err.Error()), Next: "Nothing was read."}
	case errors.Is(err, event.ErrNotFound), errors.Is(err, event.ErrErased):
		return &failure{status: http.StatusNotFound, Sentence: sentence(err.Error())}
	case errors.As(err, &refusal):
		return &failure{status: http.StatusBadGateway, Sentence: refusedByAWS(r, err, refusal), Next: afterRefusal(refusal.ErrorCode())}
	case errors.As(err, &unanswered):
		return &failure{status: http.StatusBadGateway, Sentence: fmt.Sprintf("No answer from %s to %s for stack %s: %s.", unanswered.ServiceID, unanswered.OperationName, r.console.name(), innermost(err)), Next: "Reload in a moment; nothing was changed."}
	case errors.Is(err, context.Canceled):
		return &failure{status: http.StatusServiceUnavailable, Sentence: "The request was stopped."}
	}
	return &failure{status: http.StatusBadGateway, Sentence: sentence(err.Error()), Next: "Reload; nothing was changed."}
}

// refusedByAWS names the call, where it went and the code.
func refusedByAWS(r *Request, err error, refusal smithy.APIError) string {
	call := "a call"
	var op *smithy.OperationError
	if errors.As(err, &op) {
		call = op.OperationName + " of " + op.ServiceID
	}
	return "AWS refused " + call + " for stack " + r.console.name() + ": " + refusal.ErrorCode() + "."
}

// innermost is the text of the cause.
func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// afterRefusal is what to do.
func afterRefusal(code string) string {
	switch {
	case strings.Contains(code, "Expired"), strings.Contains(code, "Token"), strings.Contains(code, "Signature"):
		return "Renew your credentials and reload; nothing was changed."
	case strings.Contains(code, "AccessDenied"), strings.Contains(code, "UnauthorizedOperation"):
		return "Your credentials may not do this; nothing was changed."
	}
	return "Reload in a moment; nothing was changed."
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
