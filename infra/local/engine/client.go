package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Client speaks DynamoDB's JSON to an engine, bytes in and bytes out. The zero
// value with a URL is usable; it is safe for concurrent use.
type Client struct {
	URL string
	// Region to sign for; empty is us-east-1.
	Region string
	// Credentials to sign with. Nil signs with one made-up key, which is all
	// that dynoxide and DynamoDB Local ask for (DynamoDB Local keeps a
	// database per key, so it must be the same for everyone).
	Credentials awssdk.CredentialsProvider
	// Unsigned sends no more than the header that dynoxide asks for, which
	// reads the signature and does not verify it.
	Unsigned bool
	// HTTP is the client to send with; nil is http.DefaultClient.
	HTTP *http.Client
}

// Refused is an error answer of the engine.
type Refused struct {
	Operation, Type, Message string
	Status                   int
}

func (r *Refused) Error() string { return r.Operation + ": " + r.Type + ": " + r.Message }

// IsType reports whether this is the error of that name, as in
// ResourceInUseException.
func (r *Refused) IsType(name string) bool {
	return r.Type == name || strings.HasSuffix(r.Type, "#"+name)
}

// Send posts one call and returns the engine's answer as it is, whatever its
// status. The caller closes the body. An error means that no answer came: the
// engine may or may not have done what it was asked.
func (c *Client) Send(ctx context.Context, operation string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("Accept-Encoding", "identity") // bytes pass through as they are
	if c.Unsigned {
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20120810/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0")
		req.Header.Set("X-Amz-Date", "20120810T000000Z")
	} else if err := c.sign(ctx, req, body); err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	return res, nil
}

// Call sends in as JSON and reads the answer into out unless that is nil. What
// the engine refuses is a *Refused.
func (c *Client) Call(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	res, err := c.Send(ctx, operation, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s: read the engine's answer: %w", operation, err)
	}
	if res.StatusCode != http.StatusOK {
		return refusal(operation, res.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s: read the engine's answer: %w", operation, err)
	}
	return nil
}

func refusal(operation string, status int, answer []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &e) != nil || e.Type == "" {
		return fmt.Errorf("%s: the engine answered %d", operation, status)
	}
	return &Refused{Operation: operation, Type: e.Type, Message: e.Message, Status: status}
}

func (c *Client) sign(ctx context.Context, req *http.Request, body []byte) error {
	who := awssdk.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}
	if c.Credentials != nil {
		var err error
		if who, err = c.Credentials.Retrieve(ctx); err != nil {
			return fmt.Errorf("credentials for the DynamoDB engine: %w", err)
		}
	}
	region := c.Region
	if region == "" {
		region = "us-east-1"
	}
	sum := sha256.Sum256(body)
	return v4.NewSigner().SignHTTP(ctx, who, req, hex.EncodeToString(sum[:]), "dynamodb", region, time.Now())
}
