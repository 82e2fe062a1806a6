// A page without a browser of examples is ready as soon as it is read.

document.documentElement.dataset.ready = "yes";
