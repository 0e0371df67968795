// Package guard keeps web pages out of the ports of the local stack. A page of any
// site can make a browser on this machine send requests to them: across origins,
// or under a name of its own that resolves to this machine (DNS rebinding).
package guard

import (
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Server serves h to clients of any speed, but to none that stops in the middle of
// a header or keeps a connection for nothing.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Programs refuses what a browser sends for a page, under any name: it sets
// Origin, Sec-Fetch-Site or both, and no page can leave them out. Other programs
// set neither.
func Programs(next http.Handler) http.Handler {
	return only(next, "programs", func(r *http.Request) bool {
		return r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
	})
}

// Machine refuses also every request for another host than this machine: an old
// browser sets neither header when a page reads from its own name.
func Machine(next http.Handler) http.Handler {
	return Programs(only(next, "this machine", loopback))
}

// Pages serves pages of its own, to this machine; what other pages ask for is refused.
func Pages(next http.Handler) http.Handler {
	return only(next, "its own pages on this machine", func(r *http.Request) bool {
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		return loopback(r) && (origin == "" || origin == "http://"+r.Host) && (site == "" || site == "same-origin" || site == "none")
	})
}

// Keyed reports whether the request has the key as its bearer token. No request
// has an empty key.
func Keyed(r *http.Request, key string) bool {
	got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && key != "" && subtle.ConstantTimeCompare([]byte(got), []byte(key)) == 1
}

func only(next http.Handler, whom string, allowed func(*http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		http.Error(w, "this port of the local stack serves only "+whom, http.StatusForbidden)
	})
}

// loopback reports whether the request is for this machine by a name that nobody
// else can give away.
func loopback(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
