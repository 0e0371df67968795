// Package rawjson reads a JSON text in one pass and decodes only what is asked for. It holds
// every byte to JSON's grammar, as encoding/json does, and compares names as they are
// written. It is for texts that our own side checked or wrote: what Stripe's signed bytes
// may be, package webhook decides.
package rawjson

import "encoding/json"

// Reader is at one value of a text. What is wrong moves it to the end, where no value is.
type Reader struct {
	text  []byte
	at    int
	depth int
	bad   bool
}

// maxDepth is that of encoding/json.
const maxDepth = 10000

// New returns a reader of the text's value.
func New(text []byte) *Reader { return &Reader{text: text} }

// OK reports whether the text was one value, as expected, and all of it is read.
func (r *Reader) OK() bool { return !r.bad && r.peek() == 0 && r.at == len(r.text) }

// Object reads a value that is an object and calls member at each of its values, which it may
// read; what it leaves is passed. It reports false, and passes the value, if it is none. The
// name is valid during the call.
func (r *Reader) Object(member func(name []byte)) bool {
	var name []byte
	return r.each('{', func() { name = unquote(r.key()) }, func() { member(name) })
}

// Array is Object for the elements of an array.
func (r *Reader) Array(element func()) bool { return r.each('[', func() {}, element) }

// Raw reads a value as it is written: a part of the text.
func (r *Reader) Raw() json.RawMessage {
	r.peek()
	from := r.at
	if r.pass(); r.bad {
		return nil
	}
	return r.text[from:r.at:r.at]
}

// Text reads a value that is a string. It reports false, and passes the value, if it is none.
func (r *Reader) Text() (string, bool) {
	if r.peek() != '"' {
		r.pass()
		return "", false
	}
	raw := r.quoted()
	return string(unquote(raw)), !r.bad
}

// each walks a container: begin is called before each value, read at it.
func (r *Reader) each(open byte, begin, read func()) bool {
	if r.peek() != open {
		r.pass()
		return false
	}
	for more := r.enter(open); more; more = r.next(open) {
		begin()
		r.peek()
		from := r.at
		if read(); r.at == from {
			r.pass()
		}
	}
	return !r.bad
}

// pass reads a value that nobody wants.
func (r *Reader) pass() {
	switch c := r.peek(); c {
	case '"':
		r.quoted()
	case '{':
		for more := r.enter(c); more; more = r.next(c) {
			r.key()
			r.pass()
		}
	case '[':
		for more := r.enter(c); more; more = r.next(c) {
			r.pass()
		}
	default:
		r.scalar()
	}
}

// enter reads the opener of a container and reports whether a value follows.
func (r *Reader) enter(open byte) bool {
	r.at++
	if r.depth++; r.depth > maxDepth {
		r.fail()
	}
	return !r.closed(open)
}

// next reads what is between two values of a container and reports whether one follows.
func (r *Reader) next(open byte) bool {
	if r.closed(open) {
		return false
	}
	r.take(',')
	return !r.bad
}

// closed reads the end of a container, if it is there.
func (r *Reader) closed(open byte) bool {
	if r.bad {
		return true
	}
	if r.peek() != open+2 { // } and ] follow their openers by two
		return false
	}
	r.at++
	r.depth--
	return true
}

func (r *Reader) key() []byte {
	if r.peek() != '"' {
		r.fail()
		return nil
	}
	name := r.quoted()
	r.take(':')
	return name
}

// NeedText is Text of a value that is expected to be a string.
func (r *Reader) NeedText() string {
	text, ok := r.Text()
	r.Expect(ok)
	return text
}

// Expect ends the reading of a text that is not what the caller expects: OK is false then.
func (r *Reader) Expect(ok bool) {
	if !ok {
		r.fail()
	}
}

// Unquote returns the text of a value that is a string.
func Unquote(value json.RawMessage) (string, bool) { return New(value).Text() }

// At is the string at a path of names, in objects in objects; empty where there is none. Of
// a name that comes twice the last counts.
func At(text []byte, path ...string) (found string) {
	r := New(text)
	var walk func(path []string)
	walk = func(path []string) {
		if len(path) == 0 {
			found, _ = r.Text()
			return
		}
		r.Object(func(name []byte) {
			if string(name) == path[0] {
				found = ""
				walk(path[1:])
			}
		})
	}
	if walk(path); !r.OK() {
		return ""
	}
	return found
}
