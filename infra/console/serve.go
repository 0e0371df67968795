package console

import (
	"bytes"
	"compress/gzip"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/safetext"
)

// Request is a request for a page.
type Request struct {
	*http.Request
	prefs
	w       http.ResponseWriter
	console *Console
	page    Page
	session string
	begin   time.Time
	meter   *cli.Meter
}

// Console is what serves the request.
func (r *Request) Console() *Console { return r.console }

// maxForm bounds the body of a form.
const maxForm = 1 << 20

func (c *Console) serve(p Page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		hr.Body = http.MaxBytesReader(w, hr.Body, maxForm)
		r := c.request(w, hr, p)
		if hr.Method == http.MethodPost && !c.asked(r) {
			r.write(failed(r, View{}, &failure{http.StatusForbidden, "Nothing was changed: the form is not of this session.", "Load the page again and repeat it.", ""}))
			return
		}
		if p.Do != nil {
			r.change()
			return
		}
		v, err := p.Show(r)
		if redirected(w, hr, err) {
			return
		}
		if err != nil {
			v = failed(r, v, err)
		}
		r.write(v)
	})
}

func (c *Console) request(w http.ResponseWriter, hr *http.Request, p Page) *Request {
	r := &Request{w: w, console: c, page: p, session: session(w, hr), begin: time.Now(), prefs: readPrefs(hr)}
	ctx, meter := cli.Metered(hr.Context())
	r.Request, r.meter = hr.WithContext(ctx), meter
	return r
}

// change does what a form asks for and leads to the page with the result.
func (r *Request) change() {
	to, err := r.page.Do(r)
	if err != nil {
		r.write(failed(r, View{}, err))
		return
	}
	http.Redirect(r.w, r.Request, to, http.StatusSeeOther)
}

// write renders a page. Texts that anyone may have written cannot hide anything in it.
func (r *Request) write(v View) {
	if f := v.File; f != nil {
		r.w.Header().Set("Content-Type", f.Type)
		r.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		compressed(r.w, r.Request, v.Status, f.Body)
		return
	}
	text, err := r.render(v)
	if err != nil {
		r.console.Log.ErrorContext(r.Context(), "a page could not be made", "path", r.URL.Path, "error", err)
		http.Error(r.w, "This page could not be made; the log of the console says why.", http.StatusInternalServerError)
		return
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	compressed(r.w, r.Request, v.Status, []byte(text))
}

func (r *Request) render(v View) (string, error) {
	var out bytes.Buffer
	if err := v.Body.ExecuteTemplate(&out, "frame", newFrame(r, v)); err != nil {
		return "", err
	}
	return safetext.Escape(out.String()), nil
}

// compressed writes a body with gzip to whom takes it.
func compressed(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Add("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(status)
		_, _ = w.Write(body) //nolint:gosec // rendered by a template
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := gzip.NewWriter(w)
	_, _ = z.Write(body)
	_ = z.Close()
}

// set sets a cookie of the console.
func (r *Request) set(name, value string) { cookie(r.w, name, value) }

// Redirect is an error that leads to another page.
type Redirect string

func (e Redirect) Error() string { return "see " + string(e) }

// redirected follows a Redirect.
func redirected(w http.ResponseWriter, r *http.Request, err error) bool {
	var to Redirect
	if !errors.As(err, &to) {
		return false
	}
	http.Redirect(w, r, string(to), http.StatusSeeOther)
	return true
}
