package gateway

import (
	"net/http"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

// match finds the most specific route: fixed segments before parameters,
// parameters before a greedy one, a method before ANY, $default last.
func (g *Gateway) match(method, path string) (*template.Route, map[string]string) {
	var best *template.Route
	var params map[string]string
	top := -1
	for i := range g.Routes {
		route := &g.Routes[i]
		if route.Method != "ANY" && route.Method != method {
			continue
		}
		score, found := fit(route.Path, path)
		if score < 0 {
			continue
		}
		if score *= 2; route.Method == method {
			score++
		}
		if score > top {
			best, params, top = route, found, score
		}
	}
	return best, params
}

// fit scores how specifically a route's path matches; -1 is not at all.
func fit(pattern, path string) (int, map[string]string) {
	if pattern == "$default" {
		return 0, nil
	}
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	params, score := map[string]string{}, 1
	for i, w := range want {
		name, isParam := strings.CutPrefix(w, "{")
		name = strings.TrimSuffix(name, "}")
		switch {
		case isParam && strings.HasSuffix(name, "+") && i < len(got):
			params[strings.TrimSuffix(name, "+")] = strings.Join(got[i:], "/")
			return score, params
		case i >= len(got):
			return -1, nil
		case isParam && got[i] != "":
			params[name] = got[i]
			score++
		case w == got[i]:
			score += 100
		default:
			return -1, nil
		}
	}
	if len(got) != len(want) {
		return -1, nil
	}
	return score, params
}

func routeKey(r *template.Route) string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// joined lower-cases names and joins duplicates with commas.
func joined(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for k, vs := range h {
		out[strings.ToLower(k)] = strings.Join(vs, ",")
	}
	return out
}
