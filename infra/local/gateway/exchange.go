package gateway

import (
	"net/http"
	"time"
)

// Exchange is a request and its answer, as an access log has them. Nothing in it is what
// the sender wrote.
type Exchange struct {
	ID     string // that the function gets, too
	Route  string // empty without one
	Began  time.Time
	Took   time.Duration
	Status int
	Failed string // why no function recorded
}

// recorded keeps the status that is written.
type recorded struct {
	http.ResponseWriter
	Exchange
}

// WriteHeader implements http.ResponseWriter.
func (a *recorded) WriteHeader(status int) {
	a.Status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *recorded) Unwrap() http.ResponseWriter { return a.ResponseWriter }
