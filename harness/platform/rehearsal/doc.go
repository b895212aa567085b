// Package rehearsal plays the internet for a user on this machine: public
// registries over TLS, for processes in a mount namespace of their own, so that
// neither /etc/hosts nor the trust store of the host change. An ordinary user
// without root, without a JDK and without mmdebstrap then takes the way of public
// images from a clean clone.
//
// What is served under public references is what hermetic mode builds; in the
// place of Strimzi's operator and NGINX's controller it is the stand-ins, in
// charts of the public names.
package rehearsal
