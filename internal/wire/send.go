package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer bounds what is read of an answer: DynamoDB's are of 16 MB of items at most, and
// base64 adds a third to bodies.
const maxAnswer = 32 << 20

// send signs the call, sends it and reads the answer.
func (c *Client) send(ctx context.Context, call *Call, creds aws.Credentials) (*smithyhttp.Response, error) {
	req, err := c.request(ctx, call, creds)
	if err != nil {
		return nil, err
	}
	got, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	_ = got.Body.Close() // it is read
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: fmt.Errorf("read the answer: %w", err)}
	}
	if sum := got.Header.Get("X-Amz-Crc32"); sum != "" && sum != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10) {
		return nil, &smithyhttp.RequestSendError{Err: errors.New("the answer does not have the checksum of its header")}
	}
	return answered(got, body), nil
}

func (c *Client) request(ctx context.Context, call *Call, creds aws.Credentials) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, cmp.Or(call.Method, http.MethodPost), c.endpoint+cmp.Or(call.Path, "/"), bytes.NewReader(call.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept-Encoding", "identity") // else Go unzips, and the checksum is of what was zipped
	sum := sha256.Sum256(call.Body)
	err = c.signer.SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), c.signs(), c.Config.Region, c.Now().UTC())
	if !c.once {
		// Not sent. It lets the transport take another connection at once if the service had
		// closed the one that was used: an environment sleeps for minutes between two requests.
		req.Header["Idempotency-Key"] = nil
	}
	return req, err
}

// shared keeps connections as the SDK's does. One that was closed while the environment
// slept is noticed when it is used.
var shared = &http.Transport{
	Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second,
	DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext, // an address of several may be dead
}

// Warm opens a connection to the service, which the first call then finds.
func (c *Client) Warm(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint+"/", http.NoBody)
	if err != nil {
		return err
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // else the connection is not kept
	return res.Body.Close()
}
