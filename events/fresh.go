package events

import (
	"bytes"
	"encoding/json"
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

func dig(v any, path ...string) any {
	for _, part := range path {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	return v
}
