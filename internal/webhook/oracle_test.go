package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/safetext"
	"github.com/payhooks/payhooks/internal/webhook"
)

// node is a value as encoding/json reads it, with the members of objects in order and
// each as often as it comes.
type node struct {
	kind    byte // one of {["0tfn
	text    string
	keys    []string
	members []*node
}

// tree reads a whole text. It is nil if encoding/json refuses it.
func tree(body []byte) *node {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := readNode(d)
	if err != nil {
		return nil
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil
	}
	return n
}

func readNode(d *json.Decoder) (*node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case string:
		return &node{kind: '"', text: t}, nil
	case json.Number:
		return &node{kind: '0', text: t.String()}, nil
	case bool:
		return &node{kind: strconv.FormatBool(t)[0]}, nil
	case nil:
		return &node{kind: 'n'}, nil
	}
	n := &node{kind: byte(t.(json.Delim))} //nolint:forcetypeassert // it is nothing else
	for d.More() {
		if n.kind == '{' {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			n.keys = append(n.keys, key.(string)) //nolint:forcetypeassert // keys are strings
		}
		value, err := readNode(d)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, value)
	}
	_, err = d.Token()
	return n, err
}

// get is the member of that name, nil if there is none.
func (n *node) get(key string) *node {
	if i := slices.Index(n.keys, key); i >= 0 {
		return n.members[i]
	}
	return nil
}

// holds reports whether n is there and of one of the kinds.
func (n *node) holds(kinds string) bool { return n != nil && strings.IndexByte(kinds, n.kind) >= 0 }

// none reports whether n is absent, null or an empty text.
func (n *node) none() bool { return n == nil || n.kind == 'n' || n.kind == '"' && n.text == "" }

// str is the text of a string, "" for all else.
func (n *node) str() string {
	if n.holds(`"`) {
		return n.text
	}
	return ""
}

// reads says of which objects the parser reads members, so that no two of their keys may
// be one to a decoder: by name, or all elements of a list.
type reads struct {
	names []string
	in    map[string]*reads
	each  *reads
}

var (
	readID      = &reads{names: []string{"id"}}
	readPayment = &reads{names: []string{"payment_intent", "charge"}, in: map[string]*reads{"payment_intent": readID, "charge": readID}}
	readObject  = &reads{
		names: strings.Fields("id object customer currency status payment_intent charge subscription invoice source_transaction parent payment " +
			"payments amount amount_total total amount_paid amount_requested net_amount"),
		in: map[string]*reads{
			"customer": readID, "payment_intent": readID, "charge": readID, "subscription": readID, "invoice": readID, "source_transaction": readID,
			"parent":  {in: map[string]*reads{"subscription_details": {in: map[string]*reads{"subscription": readID}}}},
			"payment": readPayment, "payments": {in: map[string]*reads{"data": {each: &reads{in: map[string]*reads{"payment": readPayment}}}}},
		},
	}
	readEvent = &reads{
		names: strings.Fields("id object type created livemode account user_id context api_version data related_object snapshot_event reason"),
		in: map[string]*reads{
			"data":           {names: []string{"object", "previous_attributes"}, in: map[string]*reads{"object": readObject}},
			"related_object": {names: []string{"id", "type", "url"}},
			"reason":         {in: map[string]*reads{"request": {}}},
		},
	}
)

// ambiguous reports whether decoders could read n in two ways.
func (r *reads) ambiguous(n *node) bool {
	for i, m := range n.members {
		if r.each != nil && n.kind == '[' && r.each.ambiguous(m) {
			return true
		}
		if r.each != nil || n.kind != '{' {
			continue
		}
		key := n.keys[i]
		same := func(other string) bool { return strings.EqualFold(key, other) }
		if slices.ContainsFunc(n.keys[:i], same) || slices.ContainsFunc(r.names, same) && !slices.Contains(r.names, key) {
			return true
		}
		if in := r.in[key]; in != nil && in.ambiguous(m) {
			return true
		}
	}
	return false
}

var (
	idForm      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	typeForm    = regexp.MustCompile(`^[A-Za-z0-9._\[\]-]{1,128}$`)
	accountForm = regexp.MustCompile(`^acct_[A-Za-z0-9_]{1,250}$`)
	contextForm = regexp.MustCompile(`^[A-Za-z0-9_/-]*$`)
	cardForm    = regexp.MustCompile(`^[ -]*([0-9][ -]*){12,19}$`)
)

// expected is what Parse must say of a tree that is not ambiguous. ok is false if it must
// refuse it. Subject is left out: it has its own table.
func expected(n *node) (f event.Facts, ok bool) {
	if n.kind != '{' {
		return f, false
	}
	if n.get("object").str() == "v2.core.event" {
		return expectedThin(n)
	}
	object := (*node)(nil)
	if data := n.get("data"); data.holds("{") {
		object = data.get("object")
	}
	f.ID, f.Type, f.APIVersion = n.get("id").str(), n.get("type").str(), asFact(n.get("api_version"))
	created, err := int64(0), error(nil)
	if at := n.get("created"); at.holds("0") {
		created, err = strconv.ParseInt(at.text, 10, 64)
	}
	f.Created = time.Unix(created, 0).UTC()
	f.Livemode = n.get("livemode").holds("t")
	account := n.get("account")
	if account == nil || account.kind == 'n' {
		account = n.get("user_id")
	}
	f.Account = account.str()
	ok = n.get("object").str() == "event" && idForm.MatchString(f.ID) && typeForm.MatchString(f.Type) && err == nil && created > 0 && f.Created.Year() < 10000 &&
		(n.get("livemode") == nil || n.get("livemode").holds("tf")) && (account == nil || account.kind == 'n' || accountForm.MatchString(f.Account)) && object.holds("{")
	if ok {
		expectedObject(object, &f)
	}
	return f, ok
}

func expectedObject(object *node, f *event.Facts) {
	f.Object, f.ObjectType = asFact(object.get("id")), asFact(object.get("object"))
	f.Currency, f.Status = asFact(object.get("currency")), asFact(object.get("status"))
	customer := object.get("customer")
	if customer.holds("{") {
		customer = customer.get("id")
	}
	if f.Customer = asFact(customer); f.ObjectType == "customer" {
		f.Customer = f.Object
	}
	for _, name := range []string{"amount", "amount_total", "total", "amount_paid", "amount_requested", "net_amount"} {
		if at := object.get(name); at.holds("0") {
			if n, err := strconv.ParseInt(at.text, 10, 64); err == nil {
				f.Amount = &n
				return
			}
		}
	}
}

func expectedThin(n *node) (f event.Facts, ok bool) {
	id, twin, context, related := n.get("id").str(), n.get("snapshot_event"), n.get("context"), n.get("related_object")
	f.ID, f.SentAs, f.Livemode = id, n.get("type").str(), n.get("livemode").holds("t")
	if !twin.none() {
		f.ID = twin.str()
	}
	at, err := time.Parse(time.RFC3339, n.get("created").str())
	f.Created = at.UTC()
	for segment := range strings.SplitSeq(context.str(), "/") {
		if strings.HasPrefix(segment, "acct_") {
			f.Account = segment
		}
	}
	ok = idForm.MatchString(id) && idForm.MatchString(f.ID) && typeForm.MatchString(f.SentAs) && err == nil && at.Unix() > 0 && f.Created.Year() < 10000 &&
		(n.get("livemode") == nil || n.get("livemode").holds("tf")) && (context.none() || context.holds(`"`)) && len(context.str()) < webhook.MaxFact &&
		contextForm.MatchString(context.str()) && (f.Account == "" || accountForm.MatchString(f.Account)) && (related == nil || related.holds("n{"))
	if ok && related.holds("{") {
		for _, name := range []string{"id", "type", "url"} {
			ok = ok && (related.get(name).none() || related.get(name).holds(`"`))
		}
		f.Object, f.ObjectType = asFact(related.get("id")), asFact(related.get("type"))
		if f.ObjectType == "customer" {
			f.Customer = f.Object
		}
	}
	return f, ok
}

// asFact is the text of n if it may be a fact, else "".
func asFact(n *node) string {
	s := n.str()
	if len(s) >= webhook.MaxFact || strings.Contains(s, "@") || safetext.Hides(s) || cardForm.MatchString(s) {
		return ""
	}
	return s
}

// stricter are the intended disagreements: what encoding/json takes and Parse refuses as no
// text to be trusted. All else that one takes the other takes.
var stricter = []struct {
	reason event.Reason
	why    string
	of     func(body []byte, n *node) bool
}{
	{
		webhook.InvalidUTF8, "encoding/json puts U+FFFD in the place of what is no character: what is stored would not be what is read",
		func(body []byte, _ *node) bool { return !utf8.Valid(body) },
	},
	{
		webhook.AmbiguousKey, "encoding/json takes the last of two keys, and any spelling of a field's name: other readers take the first, or one spelling",
		func(_ []byte, n *node) bool { return n.kind == '{' && readEvent.ambiguous(n) },
	},
}
