package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer bounds what is read of an answer: DynamoDB's are 16 MB at most.
const maxAnswer = 20 << 20

// send signs the call and sends it. It reports whether it failed because the connection
// had been closed since its last use.
func (c *Client) send(ctx context.Context, call *Call, creds aws.Credentials) (res *smithyhttp.Response, stale bool, err error) {
	var reused bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
	req, err := c.request(traced, call, creds)
	if err != nil {
		return nil, false, err
	}
	got, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, reused && closed(err) && ctx.Err() == nil, &smithyhttp.RequestSendError{Err: err}
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	_ = got.Body.Close() // it is read
	if err != nil {
		return nil, false, &smithyhttp.RequestSendError{Err: fmt.Errorf("read the answer: %w", err)}
	}
	if sum := got.Header.Get("X-Amz-Crc32"); sum != "" && sum != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10) {
		return nil, false, &smithyhttp.RequestSendError{Err: errors.New("the answer does not have the checksum of its header")}
	}
	return answered(got, body), false, nil
}

func (c *Client) request(ctx context.Context, call *Call, creds aws.Credentials) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", bytes.NewReader(call.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	sum := sha256.Sum256(call.Body)
	return req, c.signer.SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), c.Service, c.Config.Region, c.Now().UTC())
}

// closed reports whether the other side had ended the connection.
func closed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// shared keeps connections as the SDK's does. One that was closed while the environment
// slept is noticed when it is used.
var shared = &http.Transport{
	Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second,
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
