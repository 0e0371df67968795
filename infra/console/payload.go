package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/money"
)

// maxPretty is the largest body that is shown in lines; a larger one is shown raw.
const maxPretty = 256 << 10

// payload writes a body for people: in lines, with what a number means beside it.
type payload struct {
	masked   bool
	where    *time.Location
	out      strings.Builder
	currency string
}

// pretty is a body in lines. masked hides what may be a person's.
func pretty(body []byte, masked bool, where *time.Location) (template.HTML, error) {
	p := &payload{masked: masked, where: where, currency: currencyOf(body)}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := p.value(d, 0, "", nil); err != nil {
		return "", err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("more than one value")
	}
	return template.HTML("<span>" + p.out.String() + "</span>"), nil //nolint:gosec // every part is escaped
}

// currencyOf is that of an event's object.
func currencyOf(body []byte) string {
	var e struct {
		Data struct {
			Object struct {
				Currency string `json:"currency"`
			} `json:"object"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &e) // without one, amounts have no note
	if !currency.MatchString(e.Data.Object.Currency) {
		return ""
	}
	return e.Data.Object.Currency
}

func (p *payload) line(depth int) { p.out.WriteString("</span><span>" + strings.Repeat("  ", depth)) }

// value writes the next value; path has the names above.
func (p *payload) value(d *json.Decoder, depth int, name string, path []string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		return p.several(d, depth, t, append(path, name))
	case string:
		if p.masked && (private(name, path, t) || digits.MatchString(t) && !strings.Contains(name, "decimal")) {
			t = "•••"
		}
		p.element("s", quote(t))
	case json.Number:
		if p.masked && private(name, path, t.String()) {
			p.element("s", quote("•••"))
			return nil
		}
		p.element("u", t.String())
		p.out.WriteString(p.note(name, t))
	default:
		p.out.WriteString(template.HTMLEscapeString(literal(t)))
	}
	return nil
}

func literal(t json.Token) string {
	if t == nil {
		return "null"
	}
	b, _ := t.(bool)
	return strconv.FormatBool(b)
}

func quote(s string) string {
	text, _ := json.Marshal(s) // a string has no error
	return string(text)
}

func (p *payload) element(tag, text string) {
	p.out.WriteString("<" + tag + ">" + template.HTMLEscapeString(text) + "</" + tag + ">")
}

// several writes the members of an object or an array.
func (p *payload) several(d *json.Decoder, depth int, open json.Delim, path []string) error {
	p.out.WriteString(open.String())
	n := 0
	for ; d.More(); n++ {
		if n > 0 {
			p.out.WriteString(",")
		}
		p.line(depth + 1)
		name := ""
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			name, _ = t.(string)
			shown := name
			if p.masked && !plainName.MatchString(name) {
				shown = "•••"
			}
			p.element("i", quote(shown))
			p.out.WriteString(": ")
		}
		if err := p.value(d, depth+1, name, path); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err != nil {
		return err
	}
	if n > 0 {
		p.line(depth)
	}
	p.out.WriteString(end.(json.Delim).String()) //nolint:forcetypeassert // what Token ends with
	return nil
}

// note says what a number means, quietly; it is not copied.
func (p *payload) note(name string, n json.Number) string {
	i, err := n.Int64()
	switch {
	case err != nil:
		return ""
	case moments.MatchString(name) && i > 1e9 && i < 1e10:
		return note(time.Unix(i, 0).In(p.where).Format("2 Jan 2006, 15:04:05"))
	case strings.Contains(name, "amount") && p.currency != "" && !strings.Contains(name, "percent"):
		return note(money.Amount{Minor: i, Currency: p.currency}.String())
	}
	return ""
}

func note(text string) string { return `<em data-note="` + template.HTMLEscapeString(text) + `"></em>` }

var (
	moments   = regexp.MustCompile(`created|_at$|_end$|_start$|_by$|_on$|date|anchor|^canceled|^ended|^expires`)
	plainName = regexp.MustCompile(`^[A-Za-z0-9_. -]{1,60}$`)
	// An id of Stripe's, a word of an API, or a version says nothing of a person.
	plainID   = regexp.MustCompile(`^[a-z]{2,12}_[A-Za-z0-9_]+$`)
	plainWord = regexp.MustCompile(`^[a-z][a-z_.]*$|^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?$|^[A-Z]{2}$`)
	personal  = regexp.MustCompile(`email|name|phone|description|message|note|memo|comment|footer|number|last4|line1|line2|city|postal|iban|url|dob|birth|text|secret|^ip|fingerprint`)
	ofPersons = regexp.MustCompile(`address|billing_details|shipping|customer_details|metadata|owner|individual|person|custom_fields|^evidence$`)
)

// private reports whether a value may be a person's: it is of such a field, or a text
// that is no word of the API.
func private(name string, path []string, value string) bool {
	for _, p := range path {
		if ofPersons.MatchString(p) {
			return !plainID.MatchString(value)
		}
	}
	if personal.MatchString(name) && !plainID.MatchString(value) || strings.Contains(name, "secret") {
		return true
	}
	return !plainID.MatchString(value) && !plainWord.MatchString(value) && !number.MatchString(value)
}

var (
	digits   = regexp.MustCompile(`^[0-9]{4,}$`)
	currency = regexp.MustCompile(`^[a-zA-Z]{3}$`)
	number   = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,12})?$`) // a longer one may be of a card
)
