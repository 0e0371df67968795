package engine

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// plain reads the head of an answer as the engine sends all of them: its size in the
// header, which fits into the buffer. It leaves any other unread.
func (l *link) plain(req *http.Request) (*http.Response, bool) {
	head, size := []byte(nil), 0
	for n := 1; head == nil; n = l.in.Buffered() + 1 {
		if _, err := l.in.Peek(n); err != nil {
			return nil, false
		}
		seen, _ := l.in.Peek(l.in.Buffered())
		if end := bytes.Index(seen, []byte("\r\n\r\n")); end >= 0 {
			head, size = seen[:end], end+4
		}
	}
	res := parse(string(head))
	if res == nil {
		return nil, false
	}
	res.Request = req
	_, err := l.in.Discard(size)
	return res, err == nil
}

// parse reads a head; nil if it is not plain.
func parse(head string) *http.Response {
	first, fields, _ := strings.Cut(head, "\r\n")
	version, rest, _ := strings.Cut(first, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if version != "HTTP/1.1" || err != nil || status < http.StatusOK {
		return nil
	}
	res := &http.Response{StatusCode: status, Proto: version, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
	for line := range strings.SplitSeq(fields, "\r\n") {
		name, value, is := strings.Cut(line, ":")
		if !is {
			return nil
		}
		res.Header.Add(name, strings.TrimSpace(value))
	}
	res.ContentLength, err = strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64)
	res.Close = strings.EqualFold(res.Header.Get("Connection"), "close")
	if err != nil || res.ContentLength < 0 || res.Header.Get("Transfer-Encoding") != "" {
		return nil
	}
	return res
}

// fill reads the body of a plain answer.
func (l *link) fill(res *http.Response) error {
	body := make([]byte, min(res.ContentLength, 1<<20)) // what is announced is not believed
	_, err := io.ReadFull(l.in, body)
	if rest := res.ContentLength - int64(len(body)); err == nil && rest > 0 {
		more := bytes.NewBuffer(body)
		_, err = io.CopyN(more, l.in, rest)
		body = more.Bytes()
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return err
}
