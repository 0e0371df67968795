package engine

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What plain reads is what net/http reads, and what it does not read is left to that.
func TestAPlainAnswerIsReadAsNetHTTPReadsIt(t *testing.T) {
	for text, plain := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-requestid: 1\r\nContent-Length: 2\r\n\r\n{}": true,
		"HTTP/1.1 400 Bad Request\r\ncontent-length:  3\r\nConnection: close\r\n\r\nbad":                                    true,
		"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n":                                                                         true,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n":                                         false,
		"HTTP/1.1 200 OK\r\n\r\nuntil the end":                                                                              false,
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}":                                                                    false,
		"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}":                                                                   false,
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort":                                                                 true,
		"HTTP/1.1 2OO OK\r\nContent-Length: 2\r\n\r\n{}":                                                                    false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: " + strings.Repeat("long", wireBuffers) + "\r\n\r\n{}":                  false,
		"HTTP/1.1 200 OK\r\nContent-Le":                                                                                     false,
		"":                                                                                                                  false,
	} {
		l := &link{in: bufio.NewReaderSize(strings.NewReader(text), wireBuffers)}
		got, is := l.plain(nil) //nolint:bodyclose // read by fill
		if is != plain {
			t.Errorf("%.60q is plain: %t", text, is)
		}
		if !is {
			if left, _ := io.ReadAll(l.in); string(left) != text {
				t.Errorf("%.60q: left %.60q", text, left)
			}
			continue
		}
		want, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil) //nolint:bodyclose // of a text
		if err != nil {
			t.Fatal(err)
		}
		wantBody, wantErr := io.ReadAll(want.Body)
		gotErr := l.fill(got)
		gotBody, _ := io.ReadAll(got.Body)
		if (gotErr != nil) != (wantErr != nil) || gotErr == nil && string(gotBody) != string(wantBody) {
			t.Errorf("%.60q: body %q (%v), want %q (%v)", text, gotBody, gotErr, wantBody, wantErr)
		}
		if got.StatusCode != want.StatusCode || got.Close != want.Close || got.Header.Get("X-Amzn-Requestid") != want.Header.Get("X-Amzn-Requestid") {
			t.Errorf("%.60q: %+v, want %+v", text, got, want)
		}
	}
}
