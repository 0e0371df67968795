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

// Publish calls SNS's operation of that name, which takes a form and answers XML, and returns
// the id of the message.
func (c *Client) Publish(ctx context.Context, form url.Values) (id string, err error) {
	form.Set("Action", "Publish")
	form.Set("Version", "2010-03-31")
	var out struct {
		ID string `xml:"PublishResult>MessageId"`
	}
	err = c.Do(ctx, &Call{
		Operation: "Publish", Body: []byte(form.Encode()), In: form, Out: &out,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Answer: func(res *smithyhttp.Response) error {
			body, err := io.ReadAll(res.Body)
			switch {
			case err != nil:
				return err
			case res.StatusCode >= http.StatusMultipleChoices:
				return Failed(res, formFailure(res, body))
			}
			return xml.Unmarshal(body, &out)
		},
	})
	return out.ID, err
}

// formFailure is the error that a service answered.
func formFailure(res *smithyhttp.Response, body []byte) error {
	var said struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if _ = xml.Unmarshal(body, &said); said.Code == "" { // a proxy answers something else
		said.Code = fmt.Sprint("HTTP", res.StatusCode)
	}
	return &smithy.GenericAPIError{Code: said.Code, Message: said.Message}
}
