package webhook

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Request is what is read of a request that API Gateway hands over, in format 2.0.
type Request struct {
	ID, Method, SourceIP, Endpoint string
	Body                           string // in base64 if Base64 says so
	Base64                         bool
	Signatures                     map[string]string // the headers that may be Stripe's signature
}

// ReadRequest reads what API Gateway hands over, in one pass: most of it is a body in which
// every quotation mark is escaped. It reports false for what API Gateway does not send, a
// member twice or of another kind: encoding/json decides about that.
func ReadRequest(payload []byte) (r Request, ok bool) {
	s := open(payload)
	defer s.close()
	s.fields([]string{"body", "isBase64Encoded", "headers", "pathParameters", "requestContext"}, func(i int) {
		switch i {
		case 0:
			r.Body = s.string()
		case 1:
			r.Base64 = s.bool()
		case 2:
			r.Signatures = s.signatures()
		case 3:
			s.fields([]string{"endpoint"}, func(int) { r.Endpoint = s.string() })
		case 4:
			s.context(&r)
		}
	})
	return r, s.end("") == ""
}

func (s *scanner) context(r *Request) {
	s.fields([]string{"requestId", "http"}, func(i int) {
		if i == 0 {
			r.ID = s.string()
			return
		}
		s.fields([]string{"method", "sourceIp"}, func(i int) {
			if i == 0 {
				r.Method = s.string()
			} else {
				r.SourceIP = s.string()
			}
		})
	})
}

// fields reads the members of an object that have these names. Any other spelling of one is
// left to encoding/json, as is another kind of value.
func (s *scanner) fields(names []string, read func(i int)) {
	if s.peek() != '{' {
		s.unlike()
		return
	}
	for m := (members{}); s.next(&m); {
		if i := slices.Index(names, string(m.key)); i >= 0 {
			read(i)
			continue
		}
		s.twice = s.twice || slices.ContainsFunc(names, func(name string) bool { return bytes.EqualFold(m.key, []byte(name)) })
		s.pass()
	}
}

// signatures are the headers of that name, in any casing.
func (s *scanner) signatures() map[string]string {
	all := map[string]string{}
	if s.peek() != '{' {
		s.unlike()
		return nil
	}
	for m := (members{}); s.next(&m); {
		if bytes.EqualFold(m.key, []byte("stripe-signature")) {
			all[string(m.key)] = s.string()
		} else if s.value().kind != '"' {
			s.twice = true
		}
	}
	return all
}

// unlike consumes a value of a kind that is not expected.
func (s *scanner) unlike() {
	s.twice = true
	s.pass()
}

func (s *scanner) bool() bool {
	kind := s.value().kind
	s.twice = s.twice || kind != 't' && kind != 'f'
	return kind == 't'
}

func (s *scanner) string() string {
	t := s.value()
	if t.kind != '"' {
		s.twice = true
		return ""
	}
	if !utf8.Valid(t.raw) { // each byte that is no character becomes one that says so
		t.raw = []byte(string([]rune(string(t.raw))))
	}
	return t.text()
}
