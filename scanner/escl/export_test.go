package escl

import "net/http"

// Answer is what somebody answers to a device's challenges.
func Answer(user, password, nonce string, challenges []string, method, url string) string {
	l := &login{user: user, password: password, nonce: func() string { return nonce }}
	l.learn(&http.Response{Header: http.Header{"Www-Authenticate": challenges}}, false)
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		panic(err)
	}
	l.sign(r)
	return r.Header.Get("Authorization")
}
