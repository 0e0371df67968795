package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Query calls an operation of a service that speaks the query protocol, in this version of its
// API: it takes a form and answers XML, which is read into out.
func (c *Client) Query(ctx context.Context, version, operation string, form url.Values, out any) error {
	form.Set("Action", operation)
	form.Set("Version", version)
	return c.Do(ctx, &Call{
		Operation: operation, Body: []byte(form.Encode()), In: form, Out: out,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Answer: func(res *smithyhttp.Response) error {
			body, err := io.ReadAll(res.Body)
			switch {
			case err != nil:
				return err
			case res.StatusCode >= http.StatusMultipleChoices:
				return Failed(res, queryFailure(res, body))
			}
			return xml.Unmarshal(body, out)
		},
	})
}

// Publish calls SNS's operation of that name, and returns the id of the message.
func (c *Client) Publish(ctx context.Context, form url.Values) (id string, err error) {
	var out struct {
		ID string `xml:"PublishResult>MessageId"`
	}
	err = c.Query(ctx, "2010-03-31", "Publish", form, &out)
	return out.ID, err
}

// queryFailure is the error that a service answered.
func queryFailure(res *smithyhttp.Response, body []byte) error {
	var said struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if _ = xml.Unmarshal(body, &said); said.Code == "" { // a proxy answers something else
		said.Code = fmt.Sprint("HTTP", res.StatusCode)
	}
	return &smithy.GenericAPIError{Code: said.Code, Message: said.Message}
}
