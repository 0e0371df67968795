package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fresh makes new events out of samples.
type Fresh struct {
	// Now becomes the time of the event and of its object; the object's other
	// times keep their distance to it.
	Now time.Time
	// Random returns n letters and digits, different each time.
	Random func(n int) string
}

// Event returns a copy of a sample with an id of its own, new times, and new
// ids of objects, the same new one wherever an old one stood. Ids of what a
// shop sets up once (products, prices, accounts) stay. Overrides are applied
// last, so they win. The id is the event's.
func (f Fresh) Event(sample []byte, overrides ...Override) (id string, body []byte, err error) {
	in := json.NewDecoder(bytes.NewReader(sample))
	in.UseNumber()
	var e map[string]any
	if err := in.Decode(&e); err != nil {
		return "", nil, fmt.Errorf("decode sample: %w", err)
	}
	f.renew(e)
	for _, o := range overrides {
		if err := o.apply(e); err != nil {
			return "", nil, err
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		return "", nil, fmt.Errorf("encode event: %w", err)
	}
	id, _ = e["id"].(string)
	return id, bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func (f Fresh) renew(e map[string]any) {
	ids := map[string]string{}
	f.collect(e, ids)
	var pairs []string
	for old, fresh := range ids {
		if len(old) >= shortestID { // shorter ones are placeholders: only whole values
			pairs = append(pairs, old, fresh)
		}
	}
	inside := strings.NewReplacer(pairs...)
	created, _ := dig(e, "data", "object", "created").(json.Number)
	base, err := created.Int64()
	if err != nil {
		base = f.Now.Unix()
	}
	r := renewal{ids: ids, inside: inside, shift: f.Now.Unix() - base}
	e["data"] = r.value("data", e["data"])
	if request, ok := e["request"]; ok {
		e["request"] = r.value("request", request)
	}
	e["id"] = "evt_" + f.Random(24)
	e["created"] = json.Number(strconv.FormatInt(f.Now.Unix(), 10))
}

const shortestID = 14

var (
	idPattern = regexp.MustCompile(`^([a-z]+(?:_[a-z]+)*)_([A-Za-z0-9]*[0-9][A-Za-z0-9]*)$`)
	// setUpOnce are prefixes of ids that many events of one shop share.
	setUpOnce = []string{"prod", "price", "plan", "acct", "ca", "txcd", "bpc", "meter", "tmr", "climsku_frontier_offtake_portfolio"}
)

// collect gives each id in v a new one, in a fixed order.
func (f Fresh) collect(v any, ids map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			f.collect(v[k], ids)
		}
	case []any:
		for _, each := range v {
			f.collect(each, ids)
		}
	case string:
		m := idPattern.FindStringSubmatch(v)
		if m == nil || ids[v] != "" || len(m[2]) < 3 || slices.Contains(setUpOnce, m[1]) {
			return
		}
		ids[v] = m[1] + "_" + f.Random(24)
	}
}

// renewal replaces ids and moves times.
type renewal struct {
	ids    map[string]string
	inside *strings.Replacer
	shift  int64
}

func (r renewal) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = r.value(k, v[k])
		}
	case []any:
		for i := range v {
			v[i] = r.value(key, v[i])
		}
	case string:
		if fresh, ok := r.ids[v]; ok {
			return fresh
		}
		return r.inside.Replace(v)
	case json.Number:
		if n, err := v.Int64(); err == nil && n > 1e9 && isTime(key) {
			return json.Number(strconv.FormatInt(n+r.shift, 10))
		}
	}
	return v
}

// isTime reports whether a field holds a time, by Stripe's names for them.
func isTime(key string) bool {
	switch key {
	case "created", "start", "end", "date", "period_start", "period_end", "due_by", "available_on", "billing_cycle_anchor":
		return true
	}
	for _, end := range []string{"_at", "_date", "_start", "_end", "_on"} {
		if strings.HasSuffix(key, end) {
			return true
		}
	}
	return false
}

// Override sets one field of an event.
type Override struct {
	path  []string
	value any
}

// ParseOverride reads path=value. The path is dotted and starts at
// data.object, or at the event's top level if it begins with "event."; numbers
// are positions in lists. A value that is JSON is that, any other is text.
func ParseOverride(text string) (Override, error) {
	path, value, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return Override{}, fmt.Errorf("override %q: want path=value, as in amount=500 or event.livemode=true", text)
	}
	o := Override{path: strings.Split(path, "."), value: value}
	switch o.path[0] {
	case "event":
		o.path = o.path[1:]
	case "data":
	default:
		o.path = append([]string{"data", "object"}, o.path...)
	}
	if len(o.path) == 0 || slices.Contains(o.path, "") {
		return Override{}, fmt.Errorf("override %q: the path has an empty part", text)
	}
	in := json.NewDecoder(strings.NewReader(value))
	in.UseNumber()
	var v any
	if json.Valid([]byte(value)) && in.Decode(&v) == nil {
		o.value = v
	}
	return o, nil
}

// apply sets the field, making the objects on the way to it.
func (o Override) apply(e map[string]any) error {
	var at any = e
	for i, part := range o.path {
		last := i == len(o.path)-1
		next, err := step(at, part, last, o.value)
		if err != nil {
			return fmt.Errorf("override %s: %w", strings.Join(o.path, "."), err)
		}
		at = next
	}
	return nil
}

// step moves into a part of an object or list, and sets it if it is the last.
func step(at any, part string, last bool, value any) (any, error) {
	switch at := at.(type) {
	case map[string]any:
		if last {
			at[part] = value
			return value, nil
		}
		switch at[part].(type) {
		case map[string]any, []any:
		default:
			at[part] = map[string]any{}
		}
		return at[part], nil
	case []any:
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 || i >= len(at) {
			return nil, fmt.Errorf("%q is no position in a list of %d", part, len(at))
		}
		if last {
			at[i] = value
		}
		return at[i], nil
	}
	return nil, errors.New("there is nothing to go into at " + part)
}

func dig(v any, path ...string) any {
	for _, part := range path {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	return v
}
