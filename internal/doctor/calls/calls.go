// Package calls makes the calls of AWS that only the doctor makes: who calls, what SES may
// send, who reads a topic, what alarms did, and the shards of a stream. A method has the name
// of the operation; what it returns is what the doctor reads of the answer.
package calls

import (
	"context"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/wire"
)

// Client makes the calls. Safe for concurrent use.
type Client struct{ sts, ses, sns, cloudwatch, streams *wire.Client }

// New returns a client. It makes no request.
func New(cfg aws.Config, now func() time.Time) *Client {
	open := func(service string) *wire.Client { return wire.New(service, cfg, now) }
	c := &Client{sts: open("sts"), ses: open("ses"), sns: open("sns"), cloudwatch: open("monitoring"), streams: open("streams.dynamodb")}
	c.streams.JSONVersion, c.cloudwatch.JSONVersion = "1.0", "1.0"
	return c
}

// GetCallerIdentity returns the ARN of whose credentials these are.
func (c *Client) GetCallerIdentity(ctx context.Context) (arn string, err error) {
	var out struct {
		ARN string `xml:"GetCallerIdentityResult>Arn"`
	}
	err = c.sts.Query(ctx, "2011-06-15", "GetCallerIdentity", url.Values{}, &out)
	return out.ARN, err
}
