package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones, also where the machine has none
)

// prefs are how a person wants to read: theme and zone, in cookies.
type prefs struct {
	Theme string // auto, light or dark
	Zone  string // the person's, of the time zone database
	UTC   bool   // times are in UTC
	Keys  bool   // single keys do something
	where *time.Location
}

const prefsCookie = "payhooks_prefs"

var themes = []string{"auto", "light", "dark"}

// readPrefs ignores what no page has set.
func readPrefs(r *http.Request) prefs {
	p := prefs{Theme: "auto", Zone: localZone(), UTC: true, Keys: true}
	if c, err := r.Cookie(prefsCookie); err == nil {
		if q, err := url.ParseQuery(c.Value); err == nil {
			p.take(q)
		}
	}
	if p.where = time.UTC; !p.UTC {
		p.where = location(p.Zone)
	}
	return p
}

func (p *prefs) take(q url.Values) {
	if t := q.Get("theme"); slices.Contains(themes, t) {
		p.Theme = t
	}
	if z := q.Get("zone"); z != "" && z != "Local" && location(z) != time.UTC {
		p.Zone = z
	}
	if q.Has("times") {
		p.UTC = q.Get("times") != "zone"
	}
	if q.Has("keys") {
		p.Keys = q.Get("keys") != "off"
	}
}

func location(zone string) *time.Location {
	if where, err := time.LoadLocation(zone); err == nil {
		return where
	}
	return time.UTC
}

// localZone is this machine's, or UTC where it does not say.
func localZone() string {
	if z := time.Local.String(); z != "Local" {
		return z
	}
	return "UTC"
}

// ZoneName is the last word of the zone: Berlin.
func (p prefs) ZoneName() string {
	return strings.ReplaceAll(p.Zone[strings.LastIndex(p.Zone, "/")+1:], "_", " ")
}

var prefsPages = []Page{{Route: "POST /prefs", Do: setPrefs}}

// setPrefs keeps what the form has and goes back to the page.
func setPrefs(r *Request) (string, error) {
	if err := r.ParseForm(); err != nil {
		return "", Refused(http.StatusBadRequest, "The form cannot be read.", "Load the page again.")
	}
	p := r.prefs
	p.take(r.PostForm)
	q := url.Values{"theme": {p.Theme}, "zone": {p.Zone}, "times": {"utc"}, "keys": {"on"}}
	if !p.UTC {
		q.Set("times", "zone")
	}
	if !p.Keys {
		q.Set("keys", "off")
	}
	r.set(prefsCookie, q.Encode())
	return back(r.PostFormValue("back")), nil
}

// back is a path of the console.
func back(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return path
}
