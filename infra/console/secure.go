package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
)

// policy lets a page load what this console serves, and run no script of its text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// sessionCookie names a browser's session, keyCookie has the key that its first URL had.
const (
	sessionCookie = "payhooks_session"
	keyCookie     = "payhooks_key"
)

// ServeHTTP refuses what no page of this console asked for, before anything is read.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		h.Set(name, value)
	}
	switch {
	case !loopback(r.Host):
		http.Error(w, "The console is at http://localhost and at http://127.0.0.1, under no other name.", http.StatusMisdirectedRequest)
	case !sameOrigin(r):
		http.Error(w, "The console serves its own pages only. Type its address into the browser.", http.StatusForbidden)
	case c.opened(w, r):
	case !c.hasKey(r):
		http.Error(w, "This session has no key. Open the address that payhooks console printed, with its key.", http.StatusUnauthorized)
	default:
		c.mux.ServeHTTP(w, r)
	}
}

// loopback reports whether the host is this machine by a name that nobody else can
// give away: another name may resolve to it (DNS rebinding).
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sameOrigin reports whether no other page asked for it. A browser sets the headers, and
// no page can leave them out; typed addresses and other programs have none or "none".
func sameOrigin(r *http.Request) bool {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin == "null" && site == "same-origin" { // a form of a page that sends no referrer
		return true
	}
	return (origin == "" || origin == "http://"+r.Host) && (site == "" || site == "same-origin" || site == "none")
}

// opened takes the key out of the first URL of a session into a cookie.
func (c *Console) opened(w http.ResponseWriter, r *http.Request) bool {
	key := r.URL.Query().Get("key")
	if c.Key == "" || r.Method != http.MethodGet || subtle.ConstantTimeCompare([]byte(key), []byte(c.Key)) != 1 {
		return false
	}
	cookie(w, keyCookie, key)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return true
}

func (c *Console) hasKey(r *http.Request) bool {
	k, err := r.Cookie(keyCookie)
	return c.Key == "" || err == nil && subtle.ConstantTimeCompare([]byte(k.Value), []byte(c.Key)) == 1
}

// cookie sets one that scripts cannot read and no other site sends.
func cookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // not every browser takes a Secure one from http://localhost
}

// session is the browser's, new if it has none.
func session(w http.ResponseWriter, r *http.Request) string {
	if s, err := r.Cookie(sessionCookie); err == nil && s.Value != "" {
		return s.Value
	}
	s := rand.Text()
	cookie(w, sessionCookie, s)
	return s
}

// token is what a form of the session has to bring.
func (c *Console) token(session string) string {
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(session))
	return hex.EncodeToString(mac.Sum(nil))
}

// asked reports whether a form of this session asks for the change.
func (c *Console) asked(r *Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(c.token(r.session))) == 1
}

// Grant lets this session have one thing whole that is masked otherwise. Only an answer to
// a form has it.
func (r *Request) Grant(what string) string { return r.console.token(r.session + " " + what) }

// Granted reports whether an answer to a form gave it.
func (r *Request) Granted(what, grant string) bool {
	return subtle.ConstantTimeCompare([]byte(grant), []byte(r.Grant(what))) == 1
}
