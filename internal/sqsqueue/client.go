package sqsqueue

import (
	"context"
	"crypto/md5" //nolint:gosec // it is SQS's checksum
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/wire"
)

// Client calls SQS: operations and members have AWS's names. Safe for concurrent use.
type Client struct{ Wire *wire.Client }

// New returns a client. It makes no request.
func New(cfg aws.Config, now func() time.Time) *Client {
	c := wire.New("sqs", cfg, now)
	c.JSONVersion = "1.0"
	return &Client{c}
}

func (c *Client) call(ctx context.Context, operation string, in, out any) error {
	return c.Wire.JSON(ctx, "AmazonSQS."+operation, in, out)
}

// getQueueURL finds a queue by its name.
func (c *Client) getQueueURL(ctx context.Context, name string) (string, error) {
	var out struct {
		QueueURL string `json:"QueueUrl"`
	}
	err := c.call(ctx, "GetQueueUrl", struct{ QueueName string }{name}, &out)
	return out.QueueURL, err
}

// Attributes of a queue. The first three add up to what it holds.
const (
	visible = "ApproximateNumberOfMessages"
	hidden  = "ApproximateNumberOfMessagesNotVisible"
	delayed = "ApproximateNumberOfMessagesDelayed"
	arn     = "QueueArn"
)

func (c *Client) getQueueAttributes(ctx context.Context, url string, names ...string) (map[string]string, error) {
	in := struct {
		QueueURL       string `json:"QueueUrl"`
		AttributeNames []string
	}{url, names}
	var out struct{ Attributes map[string]string }
	err := c.call(ctx, "GetQueueAttributes", in, &out)
	return out.Attributes, err
}

type receiveRequest struct {
	QueueURL                                           string `json:"QueueUrl"`
	MaxNumberOfMessages                                int
	VisibilityTimeout                                  int `json:",omitempty"`
	WaitTimeSeconds                                    int
	MessageAttributeNames, MessageSystemAttributeNames []string
}

// message is one that was received.
type message struct {
	Body, MD5OfBody, ReceiptHandle string
	Attributes                     map[string]string
	MessageAttributes              map[string]struct{ StringValue string }
}

func (c *Client) receiveMessage(ctx context.Context, in receiveRequest) ([]message, error) {
	var out struct{ Messages []message }
	if err := c.call(ctx, "ReceiveMessage", in, &out); err != nil {
		return nil, err
	}
	for _, m := range out.Messages {
		if err := intact(m.Body, m.MD5OfBody); err != nil {
			return nil, err
		}
	}
	return out.Messages, nil
}

func (c *Client) sendMessage(ctx context.Context, url, body string) error {
	in := struct {
		QueueURL    string `json:"QueueUrl"`
		MessageBody string
	}{url, body}
	var out struct{ MD5OfMessageBody string }
	if err := c.call(ctx, "SendMessage", in, &out); err != nil {
		return err
	}
	return intact(body, out.MD5OfMessageBody)
}

// intact compares a body with the checksum that SQS has of it, as the SDK does.
func intact(body, sum string) error {
	if own := md5.Sum([]byte(body)); sum != "" && hex.EncodeToString(own[:]) != sum { //nolint:gosec // as above
		return fmt.Errorf("the checksum of the message is not %s, which SQS reports: run the command again", sum)
	}
	return nil
}

func (c *Client) deleteMessage(ctx context.Context, url, receipt string) error {
	in := struct {
		QueueURL      string `json:"QueueUrl"`
		ReceiptHandle string
	}{url, receipt}
	return c.call(ctx, "DeleteMessage", in, &struct{}{})
}

func (c *Client) changeMessageVisibility(ctx context.Context, url, receipt string, seconds int) error {
	in := struct {
		QueueURL          string `json:"QueueUrl"`
		ReceiptHandle     string
		VisibilityTimeout int
	}{url, receipt, seconds}
	return c.call(ctx, "ChangeMessageVisibility", in, &struct{}{})
}

// change is the visibility of one message of a batch.
type change struct {
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout int
}

func (c *Client) changeMessageVisibilityBatch(ctx context.Context, url string, entries []change) error {
	in := struct {
		QueueURL string `json:"QueueUrl"`
		Entries  []change
	}{url, entries}
	return c.call(ctx, "ChangeMessageVisibilityBatch", in, &struct{}{})
}
